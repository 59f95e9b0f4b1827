//! The picture of what ends when.

use serde_json::{Value, json};
use time::{Date, Duration, Month, OffsetDateTime};

use crate::cli::report::{Facts, Paint, Text};

/// How many certificates end in each of some periods that follow each other.
pub struct Timeline {
    unit: Unit,
    bars: Vec<(Date, u64)>,
    width: usize,
    unicode: bool,
}

/// How long each period is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Day,
    Month,
    Year,
}

impl Timeline {
    /// Counts moments, which are in order, from now on, or from the first if that is past.
    pub fn of(
        ends: &[OffsetDateTime],
        now: OffsetDateTime,
        width: Option<usize>,
        unicode: bool,
    ) -> Self {
        let today = now.date();
        let first = ends.first().map_or(today, |end| end.date().min(today));
        let last = ends.last().map_or(today, |end| end.date().max(today));
        let unit = Unit::for_span(first, last);
        let mut bars = vec![(unit.start(first), 0)];
        for end in ends {
            let period = unit.start(end.date());
            while let Some((begins, _)) = bars.last().filter(|(begins, _)| *begins < period) {
                let Some(next) = unit.next(*begins) else {
                    break;
                };
                bars.push((next, 0));
            }
            if let Some((_, count)) = bars.last_mut() {
                *count += 1;
            }
        }
        Self {
            unit,
            bars,
            width: width.unwrap_or(DEFAULT_WIDTH),
            unicode,
        }
    }

    fn label(&self, begins: Date) -> String {
        let (year, month, day) = begins.to_calendar_date();
        match self.unit {
            Unit::Day => format!("{year:04}-{:02}-{day:02}", u8::from(month)),
            Unit::Month => format!("{year:04}-{:02}", u8::from(month)),
            Unit::Year => format!("{year:04}"),
        }
    }

    /// A bar of so many certificates: the longest fills the line, and none that is not empty is invisible.
    fn bar(&self, count: u64, most: u64, room: usize) -> String {
        let eighths = (count * room as u64 * 8)
            .checked_div(most)
            .unwrap_or(0)
            .max(u64::from(count > 0));
        let (whole, rest) = ((eighths / 8) as usize, (eighths % 8) as usize);
        match self.unicode {
            true => format!("{}{}", "█".repeat(whole), EIGHTHS[rest]),
            false => "#".repeat(whole.max(usize::from(count > 0))),
        }
    }
}

impl Facts for Timeline {
    fn text(&self, paint: Paint) -> Text {
        let most = self.bars.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if most == 0 {
            return Text::lines("no certificates\n");
        }
        let digits = most.to_string().len();
        let label = self.label(self.bars[0].0).len();
        let room = self.width.saturating_sub(label + digits + 4);
        let room = room.clamp(LEAST_BAR, LONGEST_BAR);
        let line = |(begins, count): &(Date, u64)| {
            let bar = paint.with(GREEN, self.bar(*count, most, room));
            let text = format!("{}  {count:digits$}  {bar}", self.label(*begins));
            format!("{}\n", text.trim_end())
        };
        Text::lines(self.bars.iter().map(line).collect::<String>())
    }

    fn json(&self) -> Value {
        json!({ "unit": self.unit.word(), "periods": self.rows() })
    }

    fn rows(&self) -> Vec<Value> {
        let row =
            |(begins, count): &(Date, u64)| json!({ "from": begins.to_string(), "count": count });
        self.bars.iter().map(row).collect()
    }
}

impl Unit {
    /// The finest of which a screen or two can show all.
    fn for_span(first: Date, last: Date) -> Self {
        let days = (last - first).whole_days();
        match (days <= MOST_DAYS, days <= MOST_MONTHS) {
            (true, _) => Self::Day,
            (_, true) => Self::Month,
            _ => Self::Year,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn start(self, date: Date) -> Date {
        let started = match self {
            Self::Day => Ok(date),
            Self::Month => date.replace_day(1),
            Self::Year => Date::from_calendar_date(date.year(), Month::January, 1),
        };
        started.unwrap_or(date)
    }

    /// The beginning of the period after the one that begins so; none at the end of the calendar.
    fn next(self, begins: Date) -> Option<Date> {
        let days = match self {
            Self::Day => 1,
            Self::Month => i64::from(begins.month().length(begins.year())),
            Self::Year => i64::from(time::util::days_in_year(begins.year())),
        };
        begins.checked_add(Duration::days(days))
    }
}

const GREEN: anstyle::Style = anstyle::AnsiColor::Green.on_default();
/// Parts of a block, in eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// What terminals had before they could be drawn wider.
const DEFAULT_WIDTH: usize = 80;
/// Less shows no difference, more is far to look.
const LEAST_BAR: usize = 10;
const LONGEST_BAR: usize = 100;
/// Five weeks, and four years.
const MOST_DAYS: i64 = 35;
const MOST_MONTHS: i64 = 4 * 366;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

    fn lines(ends: &[OffsetDateTime], width: usize, unicode: bool) -> Vec<String> {
        let timeline = Timeline::of(ends, NOW, Some(width), unicode);
        match timeline.text(Paint(false)) {
            Text::Lines(text) => text.lines().map(str::to_owned).collect(),
            _ => panic!("it is text"),
        }
    }

    #[test]
    fn months_follow_each_other_and_the_longest_fills_the_line() {
        let mut ends = vec![datetime!(2027-01-05 0:00 UTC); 8];
        ends.extend([datetime!(2027-03-31 23:59:59 UTC); 4]);
        assert_eq!(
            lines(&ends, 28, false),
            [
                "2026-11  0",
                "2026-12  0",
                "2027-01  8  ################",
                "2027-02  0",
                "2027-03  4  ########"
            ]
        );
        assert_eq!(lines(&ends, 28, true)[4], "2027-03  4  ████████");
    }

    #[test]
    fn a_short_span_is_told_by_days_and_a_long_one_by_years() {
        let soon = [
            datetime!(2026-11-22 0:00 UTC),
            datetime!(2026-11-23 0:00 UTC),
        ];
        assert_eq!(lines(&soon, 80, false).len(), 3);
        assert!(lines(&soon, 80, false)[0].starts_with("2026-11-21  0"));
        let late = [
            datetime!(2026-12-01 0:00 UTC),
            datetime!(2036-01-01 0:00 UTC),
        ];
        assert_eq!(lines(&late, 80, false).len(), 11);
        let end = [datetime!(9999-12-31 23:59:59 UTC)];
        assert_eq!(lines(&end, 80, false).len(), 7974);
    }

    #[test]
    fn one_of_a_million_is_seen() {
        let mut ends = vec![datetime!(2026-12-05 0:00 UTC)];
        ends.extend(vec![datetime!(2027-03-05 0:00 UTC); 100_000]);
        assert_eq!(lines(&ends, 80, true)[1], "2026-12       1  ▏");
        assert_eq!(lines(&ends, 80, false)[1], "2026-12       1  #");
        assert_eq!(lines(&[], 80, true), ["no certificates"]);
    }

    #[test]
    fn what_is_past_begins_before_now() {
        let ends = [
            datetime!(2026-08-05 0:00 UTC),
            datetime!(2026-12-05 0:00 UTC),
        ];
        assert_eq!(
            lines(&ends, 80, false)[0],
            format!("2026-08  1  {}", "#".repeat(68))
        );
    }
}
