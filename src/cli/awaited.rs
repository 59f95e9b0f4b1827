//! Reading what may be long in coming: whoever is asked to end does not wait for it.

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::ending::Ending;

/// A stream that fails once somebody asked to end while nothing comes.
pub struct Awaited {
    stream: File,
    ending: Ending,
}

impl Awaited {
    pub fn new(stream: File, ending: Ending) -> Self {
        Self { stream, ending }
    }

    /// Tells whether there is something to read, after a moment.
    fn is_ready(&self) -> bool {
        let mut polled = [PollFd::new(&self.stream, PollFlags::IN)];
        let moment = MOMENT.try_into().ok();
        // What cannot be waited for is read as it is.
        !matches!(poll(&mut polled, moment.as_ref()), Ok(0) | Err(Errno::INTR))
    }
}

impl Read for Awaited {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while !self.is_ready() {
            if self.ending.is_asked() {
                return Err(io::Error::other("the command was asked to end"));
            }
        }
        self.stream.read(room)
    }
}

/// So soon that nobody notices that it took longer, and so seldom that it costs nothing.
const MOMENT: Duration = Duration::from_millis(100);
