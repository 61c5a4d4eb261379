"""What happens by itself when time passes: thresholds of clocks fire, what nobody answers lapses."""
