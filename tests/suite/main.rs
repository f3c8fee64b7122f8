//! Every suite.
