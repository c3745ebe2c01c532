"""All channels of a layer as small pictures, and one of them large."""
