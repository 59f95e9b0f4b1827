//! Reading as long as somebody reads what is made of it: `head` ends once it has its lines, and nobody should have to
//! wait for a slow stream's next.

use std::fs::File;
use std::io::{self, Read};

use rustix::event::{PollFd, PollFlags, poll};

/// A stream that ends with [`BrokenPipe`](io::ErrorKind::BrokenPipe) if standard output is closed while nothing comes.
pub struct Heard(File);

impl Heard {
    pub fn new(stream: File) -> Self {
        Self(stream)
    }
}

impl Read for Heard {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if !is_heard(&self.0)? {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.0.read(room)
    }
}

/// Waits until there is something to read, and tells whether somebody reads standard output.
fn is_heard(stream: &File) -> io::Result<bool> {
    let output = io::stdout();
    // That its other end is closed is told unasked.
    let output = PollFd::new(&output, PollFlags::empty());
    let mut both = [PollFd::new(stream, PollFlags::IN), output];
    poll(&mut both, None)?;
    let closed = PollFlags::ERR | PollFlags::HUP;
    Ok(!both[1].revents().intersects(closed))
}
