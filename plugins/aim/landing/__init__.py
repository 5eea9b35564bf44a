"""From a provider's file in the inbox to tokenised, typed rows in `staging`."""
