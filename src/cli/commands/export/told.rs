//! What `export` answers.

use std::path::PathBuf;

use serde_json::{Value, json};

use certwright::servers::{File, Layout, Owner, SERVERS, Server};

use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Text};

/// The table of servers.
pub struct Listed;

impl Facts for Listed {
    fn text(&self, _: Paint) -> Text {
        let width = SERVERS
            .iter()
            .map(|server| server.name.len())
            .max()
            .unwrap_or(0);
        let line = |server: &Server| {
            format!(
                "{:width$}  {:13}  {}\n",
                server.name,
                server.proof.word(),
                server.about
            )
        };
        Text::lines(SERVERS.iter().map(line).collect::<String>())
    }

    fn json(&self) -> Value {
        json!({ "servers": self.rows() })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |server: &Server| {
            json!({
                "server": server.name,
                "about": server.about,
                "proof": server.proof.word(),
                "port": server.port,
            })
        };
        SERVERS.iter().map(row).collect()
    }
}

/// The files that were written.
pub struct Exported {
    pub server: &'static Server,
    pub out_dir: PathBuf,
    pub layout: Layout,
}

impl Facts for Exported {
    fn text(&self, _: Paint) -> Text {
        let path = |file: &File| shown(&self.out_dir.join(&file.name));
        let files = &self.layout.files;
        let width = files
            .iter()
            .map(|file| path(file).chars().count())
            .max()
            .unwrap_or(0);
        let mut text = String::new();
        for file in files {
            text.push_str(&format!("{:width$}  {}\n", path(file), file.what));
        }
        for pasted in files.iter().filter_map(pasted) {
            text.push_str(&format!("\n{pasted}"));
        }
        text.push_str(&format!("\n{}\n", self.layout.client));
        Text::lines(text)
    }

    fn json(&self) -> Value {
        let file = |file: &File| {
            json!({
                "name": file.name,
                "path": self.out_dir.join(&file.name).to_string_lossy(),
                "what": file.what,
                "mode": format!("{:04o}", file.mode),
                "owner": file.owner.map(|Owner { user, .. }| user),
                "group": file.owner.map(|Owner { group, .. }| group),
                "text": pasted(file),
            })
        };
        json!({
            "server": self.server.name,
            "proof": self.server.proof.word(),
            "files": self.layout.files.iter().map(file).collect::<Vec<_>>(),
            "client": self.layout.client,
        })
    }
}

/// What a file holds, if that is for pasting.
fn pasted(file: &File) -> Option<String> {
    file.is_pasted
        .then(|| String::from_utf8_lossy(&file.contents).into_owned())
}
