//! A Linux radio over nl80211, for drivers that leave the AP MLME to user space.
