"""Long questions about a policy, each cancellable and each reporting progress."""
