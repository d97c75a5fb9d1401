//! Signs of life on long work, for people at a terminal only.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line that says what is being done and for how long; it clears itself.
pub struct Working(ProgressBar);

impl Working {
    /// Starts the line.
    pub fn on(what: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let line = ProgressBar::new_spinner().with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            line.set_style(style);
        }
        line.enable_steady_tick(Duration::from_millis(120));
        Self(line)
    }

    /// Says what is being done now.
    pub fn now(&self, what: &'static str) {
        self.0.set_message(what);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
