//! Rules × facts.
