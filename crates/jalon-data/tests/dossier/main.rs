//! Files in, tables or faults out: one test per way of giving a bad dossier.

// `cfg(test)` tells the lints that helpers too are tests.
#[cfg(test)]
mod csv;
#[cfg(test)]
mod parquet;
#[cfg(test)]
mod support;
#[cfg(test)]
mod write;
