//! How a command fails: a message for people and an exit code for programs.

use std::fmt;

use jalon_data::Faults;
use jalon_engine::EngineError;
use jalon_engine::ledger::LedgerError;
use jalon_engine::worklist::WorklistError;
use jalon_rules::rules::RulesError;

/// A command that did not succeed.
#[derive(Debug)]
pub struct Failure {
    message: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Faults in facts or rules.
    Input = 1,
    /// A command that cannot be understood.
    Usage = 2,
    /// The engine or the disk.
    Machine = 3,
}

impl Failure {
    /// What was asked does not exist or contradicts itself.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Usage }
    }

    /// What was given has faults.
    pub fn input(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Input }
    }

    /// Something outside the command failed.
    pub fn machine(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Machine }
    }

    /// The exit code.
    pub const fn code(&self) -> u8 {
        self.kind as u8
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::input(faults.to_string())
    }
}

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        let lines: Vec<_> = error.0.iter().map(ToString::to_string).collect();
        Self::input(lines.join("\n"))
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Strangers { .. } | EngineError::BeforeBirth { .. } => {
                Self::input(error.to_string())
            }
            _ => Self::machine(error.to_string()),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::input(error.to_string())
    }
}

impl From<WorklistError> for Failure {
    fn from(error: WorklistError) -> Self {
        match error {
            WorklistError::Engine(error) => error.into(),
            WorklistError::Ledger(error) => error.into(),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::machine(error.to_string())
    }
}
