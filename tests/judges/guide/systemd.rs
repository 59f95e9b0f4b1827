//! systemd: none runs here, so it reads the units, and their commands run without it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::on_free_port;
use crate::guide::{Proof, Shell, block, in_place};
use crate::sandbox::Sandbox;

/// Which test is for which block.
pub const PROOFS: &[Proof] = &[
    (
        "app.service",
        systemd_takes_the_units_and_their_commands_run,
    ),
    (
        "app-tls.service",
        systemd_takes_the_units_and_their_commands_run,
    ),
    (
        "app-restart.service",
        systemd_takes_the_units_and_their_commands_run,
    ),
    (
        "app-restart.timer",
        systemd_takes_the_units_and_their_commands_run,
    ),
    ("systemd", systemd_takes_the_units_and_their_commands_run),
];

const UNITS: [&str; 4] = [
    "app.service",
    "app-tls.service",
    "app-restart.service",
    "app-restart.timer",
];

#[test]
#[ignore = "needs systemd-analyze, systemctl and openssl (Debian: systemd openssl)"]
fn systemd_takes_the_units_and_their_commands_run() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    let installed = [(
        "/usr/local/bin/certwright",
        env!("CARGO_BIN_EXE_certwright"),
    )];
    for unit in UNITS {
        let text = block(unit).replace(installed[0].0, installed[0].1);
        sandbox.write(unit, &text);
    }
    let units = UNITS.map(|unit| format!("./{unit}")).join(" ");
    // It warns of a word that it does not know, and goes on.
    assert_eq!(shell.run(&format!("systemd-analyze verify {units}")), "");
    let image = sandbox.path("image/etc/systemd/system");
    fs::create_dir_all(&image).unwrap();
    for unit in UNITS {
        fs::copy(sandbox.path(unit), image.join(unit)).unwrap();
    }
    let script = block("systemd");
    let enable = in_place(
        script.lines().nth(1).unwrap(),
        &[("systemctl enable --now", "systemctl --root image enable")],
    );
    shell.run(&enable);
    for link in [
        "multi-user.target.wants/app.service",
        "timers.target.wants/app-restart.timer",
    ] {
        assert!(image.join(link).is_symlink(), "{link}");
    }
    commands_of_the_units_run(&sandbox, &shell);
}

/// What the units start, in folders of the sandbox.
fn commands_of_the_units_run(sandbox: &Sandbox, shell: &Shell<'_>) {
    shell.stand_in("systemctl", "#!/bin/sh\necho \"$*\" >> systemctl.log\n");
    let command = |unit: &str| {
        let text = sandbox.text(unit);
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        line.unwrap().replace("/etc/app/tls", "tls")
    };
    let later = |days: i64, command: &str| {
        let at = OffsetDateTime::now_utc() + Duration::days(days);
        let at = format!("certwright --at {} ", at.format(&Rfc3339).unwrap());
        in_place(command, &[("certwright ", &at)])
    };
    let home = "Environment=CERTWRIGHT_HOME=/var/lib/certwright\n";
    assert!(sandbox.text("app-tls.service").contains(home));
    let issue = format!(
        "env -i CERTWRIGHT_HOME=state {}",
        command("app-tls.service")
    );
    let restart = command("app-restart.service");
    shell.run(&issue);
    let first = sandbox.text("tls/app.test.crt");

    credentials(sandbox);
    let ask = format!(
        "CREDENTIALS_DIRECTORY=credentials; {} &\n\
         timeout 30 sh -c 'until certwright --home state verify app.test:8443 --connect 127.0.0.1:8443 --roots state/*/root.crt; \
         do [ $? = 3 ] && sleep 1 || exit 1; done'",
        command("app.service")
    );
    on_free_port(&ask, |script| shell.outcome(script));

    shell.run(&later(10, &restart));
    shell.run(&later(10, &issue));
    assert!(!sandbox.path("systemctl.log").exists(), "nothing ends yet");
    assert_eq!(sandbox.text("tls/app.test.crt"), first);
    shell.run(&later(790, &restart));
    assert_eq!(sandbox.text("systemctl.log"), "try-restart app.service\n");
    shell.run(&later(790, &issue));
    assert_ne!(sandbox.text("tls/app.test.crt"), first);
}

/// Makes the folder that `LoadCredential` makes for the service.
fn credentials(sandbox: &Sandbox) {
    fs::create_dir(sandbox.path("credentials")).unwrap();
    let unit = block("app.service");
    let pairs = unit
        .lines()
        .filter_map(|line| line.strip_prefix("LoadCredential="));
    for pair in pairs {
        let (name, path) = pair.split_once(':').unwrap();
        let from = sandbox.path(&in_place(path, &[("/etc/app/tls", "tls")]));
        let to = sandbox.path("credentials").join(name);
        fs::copy(from, &to).unwrap();
        fs::set_permissions(to, fs::Permissions::from_mode(0o400)).unwrap();
    }
}
