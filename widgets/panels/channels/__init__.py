"""All channels of a layer as small pictures, and one of them large."""

from widgets.panels.channels.channels_panel import ChannelsPanel as ChannelsPanel
