//! Other people's programs, as judges and as makers.
