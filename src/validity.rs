//! Periods of validity (RFC 5280 §4.1.2.5) and lengths of time.

use std::fmt;
use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

use crate::error::{Error, ErrorKind, Result};

/// From the first to the last second, both included, in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Validity {
    /// Makes a period from its ends, cut to whole seconds.
    ///
    /// Fails with [`ErrorKind::InvalidTime`] if it ends before it begins, or lies outside the years
    /// 1950 to 9999, which are all that a certificate can hold.
    pub fn new(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Result<Self> {
        let (not_before, not_after) = (whole_seconds(not_before), whole_seconds(not_after));
        if not_after < not_before {
            return Err(invalid(format!(
                "the validity would end ({}) before it begins ({})",
                to_rfc3339(not_after),
                to_rfc3339(not_before)
            )));
        }
        for end in [not_before, not_after] {
            if !(1950..=9999).contains(&end.year()) {
                return Err(invalid(format!(
                    "a certificate cannot hold the year {}",
                    end.year()
                )));
            }
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// Makes the period of a length; since both ends count, it ends one second before the next would begin.
    ///
    /// Fails as [`Self::new`] does.
    pub fn starting(not_before: OffsetDateTime, lifetime: Lifetime) -> Result<Self> {
        Self::new(not_before, lifetime.after(not_before)? - Duration::SECOND)
    }

    /// Returns the first second.
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// Returns the last second.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Tells whether a moment lies within.
    pub fn contains(&self, moment: OffsetDateTime) -> bool {
        let moment = whole_seconds(moment);
        self.not_before <= moment && moment <= self.not_after
    }

    /// Returns the length.
    pub fn length(&self) -> Duration {
        self.not_after - self.not_before + Duration::SECOND
    }

    /// Cuts the period to what lies within another.
    ///
    /// Fails with [`ErrorKind::Expired`] if nothing does.
    pub fn clipped_to(&self, outer: &Self) -> Result<Self> {
        let not_before = self.not_before.max(outer.not_before);
        let not_after = self.not_after.min(outer.not_after);
        if not_after < not_before {
            return Err(Error::new(
                ErrorKind::Expired,
                format!("{self} lies outside the validity of the CA, {outer}"),
            ));
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// Returns the first second in which less than a third of the length is left.
    pub fn last_third(&self) -> OffsetDateTime {
        let third = (self.not_after - self.not_before).whole_seconds() / 3;
        self.not_after - Duration::seconds(third)
    }

    /// Tells whether at a moment less than a third of the length is left.
    pub fn is_in_last_third(&self, moment: OffsetDateTime) -> bool {
        moment >= self.last_third()
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} to {}",
            to_rfc3339(self.not_before),
            to_rfc3339(self.not_after)
        )
    }
}

/// A length of time as people write it: `90d`, `12w`, `6mo`, `2y`, `36h`.
///
/// Months and years go by the calendar, so that two years from 2026-03-01 end on 2028-03-01.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lifetime {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

impl Lifetime {
    /// A number of days of 24 hours.
    pub const fn days(count: u32) -> Self {
        Self {
            count,
            unit: Unit::Days,
        }
    }

    /// A number of calendar months.
    pub const fn months(count: u32) -> Self {
        Self {
            count,
            unit: Unit::Months,
        }
    }

    /// A number of calendar years.
    pub const fn years(count: u32) -> Self {
        Self {
            count,
            unit: Unit::Years,
        }
    }

    /// Returns the moment this long after another.
    ///
    /// Fails with [`ErrorKind::InvalidTime`] if there is no such date.
    pub fn after(&self, start: OffsetDateTime) -> Result<OffsetDateTime> {
        let count = i64::from(self.count);
        let end = match self.unit {
            Unit::Hours => start.checked_add(Duration::hours(count)),
            Unit::Days => start.checked_add(Duration::days(count)),
            Unit::Weeks => start.checked_add(Duration::weeks(count)),
            Unit::Months => add_months(start, count),
            Unit::Years => add_months(start, count * 12),
        };
        end.ok_or_else(|| {
            invalid(format!(
                "{self} from {} lie beyond the year 9999",
                to_rfc3339(start)
            ))
        })
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Hours => "h",
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl FromStr for Lifetime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let form = || {
            invalid(format!("\"{text}\" is not a length of time"))
                .with_hint("write it as 36h, 90d, 12w, 6mo or 2y")
        };
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
        let count = text[..digits]
            .parse()
            .ok()
            .filter(|count| *count > 0)
            .ok_or_else(form)?;
        let unit = match &text[digits..] {
            "h" => Unit::Hours,
            "d" => Unit::Days,
            "w" => Unit::Weeks,
            "mo" => Unit::Months,
            "y" => Unit::Years,
            _ => return Err(form()),
        };
        Ok(Self { count, unit })
    }
}

/// Reads a moment: RFC 3339, or a date for its first second in UTC.
///
/// Fails with [`ErrorKind::InvalidTime`].
pub fn parse_time(text: &str) -> Result<OffsetDateTime> {
    let date = format_description!("[year]-[month]-[day]");
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| Date::parse(text, &date).map(|date| date.midnight().assume_utc()))
        .map_err(|_| {
            invalid(format!("\"{text}\" is not a moment in time"))
                .with_hint("write it as 2027-01-31T12:00:00Z, or as a date")
        })?;
    moment
        .checked_to_offset(UtcOffset::UTC)
        // An offset leads out of the years that can be written.
        .filter(|moment| moment.year() >= 0)
        .map(whole_seconds)
        .ok_or_else(|| invalid(format!("\"{text}\" has no equivalent in UTC")))
}

/// Writes a moment in UTC, to the second, after RFC 3339.
pub fn to_rfc3339(moment: OffsetDateTime) -> String {
    let moment = whole_seconds(moment);
    moment
        .format(&Rfc3339)
        .unwrap_or_else(|_| moment.to_string())
}

fn whole_seconds(moment: OffsetDateTime) -> OffsetDateTime {
    let moment = moment.checked_to_offset(UtcOffset::UTC).unwrap_or(moment);
    moment.replace_nanosecond(0).unwrap_or(moment)
}

/// The same day and time so many months later, or the last day of that month if it is shorter.
fn add_months(start: OffsetDateTime, months: i64) -> Option<OffsetDateTime> {
    let total = i64::from(start.year()) * 12 + i64::from(u8::from(start.month())) - 1 + months;
    let year = i32::try_from(total.div_euclid(12)).ok()?;
    let month = Month::try_from(total.rem_euclid(12) as u8 + 1).ok()?;
    let day = start.day().min(month.length(year));
    Some(start.replace_date(Date::from_calendar_date(year, month, day).ok()?))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidTime, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> OffsetDateTime {
        parse_time(text).unwrap()
    }

    fn ends(start: &str, lifetime: &str) -> String {
        to_rfc3339(
            lifetime
                .parse::<Lifetime>()
                .unwrap()
                .after(at(start))
                .unwrap(),
        )
    }

    #[test]
    fn lengths_go_by_the_clock_or_the_calendar() {
        assert_eq!(ends("2026-01-31", "36h"), "2026-02-01T12:00:00Z");
        assert_eq!(ends("2026-01-31", "90d"), "2026-05-01T00:00:00Z");
        assert_eq!(ends("2026-01-31", "1mo"), "2026-02-28T00:00:00Z");
        assert_eq!(ends("2028-02-29", "1y"), "2029-02-28T00:00:00Z");
        assert_eq!(ends("2026-12-31", "2w"), "2027-01-14T00:00:00Z");
    }

    #[test]
    fn what_is_no_length_is_refused() {
        for text in [
            "",
            "90",
            "d",
            "0d",
            "-1d",
            "1m",
            "1 d",
            "99999999999d",
            "1.5y",
        ] {
            assert_eq!(
                text.parse::<Lifetime>().unwrap_err().kind(),
                ErrorKind::InvalidTime,
                "{text}"
            );
        }
        assert!(Lifetime::years(9000).after(at("2026-01-01")).is_err());
        assert!(Lifetime::days(u32::MAX).after(at("2026-01-01")).is_err());
    }

    #[test]
    fn both_ends_count() {
        let day = Validity::starting(at("2026-01-01"), Lifetime::days(1)).unwrap();
        assert_eq!(to_rfc3339(day.not_after()), "2026-01-01T23:59:59Z");
        assert_eq!(day.length(), Duration::DAY);
        assert!(day.contains(day.not_after()) && !day.contains(at("2026-01-02")));
    }

    #[test]
    fn impossible_periods_are_refused() {
        assert!(Validity::new(at("2026-01-02"), at("2026-01-01")).is_err());
        assert!(Validity::new(at("1949-12-31"), at("2026-01-01")).is_err());
    }

    #[test]
    fn moments_are_brought_to_utc() {
        assert_eq!(
            to_rfc3339(at("2049-12-31T23:30:00-01:00")),
            "2050-01-01T00:30:00Z"
        );
        assert_eq!(
            to_rfc3339(at("2026-05-05T01:02:03.9Z")),
            "2026-05-05T01:02:03Z"
        );
        for text in [
            "",
            "tomorrow",
            "2026-02-30",
            "2026-01-01T25:00:00Z",
            "9999-12-31T23:59:59-10:00",
            "0000-01-01T00:00:00+23:59",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_leaf_is_cut_to_its_issuer() {
        let outer = Validity::new(at("2026-01-01"), at("2027-01-01")).unwrap();
        let leaf = Validity::starting(at("2026-06-01"), Lifetime::years(5)).unwrap();
        assert_eq!(
            leaf.clipped_to(&outer).unwrap().not_after(),
            outer.not_after()
        );
        let late = Validity::starting(at("2028-01-01"), Lifetime::days(1)).unwrap();
        assert_eq!(
            late.clipped_to(&outer).unwrap_err().kind(),
            ErrorKind::Expired
        );
    }
}
