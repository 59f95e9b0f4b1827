# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_certwright_global_optspecs
    string join \n json json-lines home= at= q/quiet color= h/help V/version
end

function __fish_certwright_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_certwright_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_certwright_using_subcommand
    set -l cmd (__fish_certwright_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c certwright -n "__fish_certwright_needs_command" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_needs_command" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_needs_command" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_needs_command" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_needs_command" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_needs_command" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_needs_command" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "ca" -d 'Make, show and change the local CA'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "completions" -d 'Print a shell\'s completion script'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "convert" -d 'Convert between PEM, DER, PKCS #12, PKCS #7, Java keystores, and the forms of keys'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "csr" -d 'Make a certificate request, with a new key or one that is there'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "export" -d 'Write a certificate\'s files as a server wants them, with the configuration to paste'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "fingerprint" -d 'Print the digest of certificates or of their public keys'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "inspect" -d 'Show certificates, requests, keys, revocation lists, and what live servers send'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "issue" -d 'Issue a certificate from the local CA, which is made on first use'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "key" -d 'Generate a private key, as PKCS #8 in PEM'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "lint" -d 'Hold certificates against the rules of standards, browsers and platforms'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "list" -d 'Show the certificates that the local CA issued, and when they end'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "man" -d 'Print a manual page, in roff'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "mkcert" -d 'Stand in for mkcert: its flags, variables, file names and exit codes, on its own kind of CA'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "renew" -d 'Renew certificates that the local CA issued, in their files'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "revoke" -d 'Revoke certificates that the local CA issued'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "self-signed" -d 'Make a certificate that signs itself'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "trust" -d 'Make the browsers and runtimes of this machine accept the local CA, which is made on first use'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "untrust" -d 'Take the local CA out of every trust store again'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "verify" -d 'Say whether clients would accept a certificate, and every reason why not'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "crl" -d 'Write the revocation lists: what was issued here, and the roots\' own'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "export" -d 'Print the root certificate, for clients to trust, or the index of what was issued; never a key'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "import" -d 'Issue from a CA made elsewhere: the answer to a request, a certificate and its key, or mkcert\'s folder'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "init" -d 'Make the local CA: a root and an intermediate, limited to local names'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "passphrase" -d 'Set, change or remove the password of the CA\'s key'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "repair" -d 'Bring the ledger in step with the certificates in the CA\'s folder, and make it anew if it is damaged'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "retire" -d 'Remove the key of an old generation whose certificates have ended, and its root from the trust stores'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "rotate" -d 'Make a new generation of the CA beside the old, and issue from it'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "show" -d 'Show the local CA and its generations'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and not __fish_seen_subcommand_from crl export import init passphrase repair retire rotate show widen" -f -a "widen" -d 'Make a new generation of the CA that may issue for more names'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l valid-for -d 'How long clients may rely on it: 36h, 7d, 12w' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l out-dir -d 'Folder for a file of each list, in DER and as `--crl-url` tells clients, and crl.pem with all' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -s o -l output -d 'Where to write it [default: standard output]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l ca-password-file -d 'Read the password of the CA\'s key from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l der -d 'Only the list of what the CA issues now, in DER'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from crl" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l to -d 'Its encoding' -r -f -a "der\t'As Windows and Android take it'
index\t'Not the root: what the CA issued and revoked, as `openssl ca` keeps it in index.txt'
mobileconfig\t'Apple\'s configuration profile, for iPhones, iPads and Macs'
pem\t'As everything else takes it'"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -s o -l output -d 'Where to write it [default: standard output]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l cert -d 'The CA\'s certificate; certificates up to its root may follow it in the file' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l key -d 'The CA\'s private key; it is copied' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l chain -d 'Further certificates, up to the root' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l index -d 'Take in what the CA issued and revoked before, from index.txt of `openssl ca`' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l certs -d 'Folder of the certificates in the index, SERIAL.pem each, as `openssl ca` keeps them' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l crl -d 'Take in the CA\'s last revocation list, from which the next goes on, or that of its root' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l password-file -d 'Read the password of the given key from a file\'s first line' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l new-password-file -d 'Read the password for the copy from a file\'s first line' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l encrypt -d 'Encrypt the copy of the key with a password'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -s a -l algorithm -d 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l valid-for -d 'Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l path-length -d 'How many CAs may follow below it, for certwright issue --ca: 0 to 4 [default: 0, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l subject -d 'Attributes for the subjects beside their common names, such as \'/C=DE/O=Example\' [default: none, or the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l crl-url -d 'Tell in the certificates where their revocation lists will be: the URL of a folder for what `ca crl --out-dir` writes [default: none, or the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l request -d 'Write a request for another CA to sign, which is to be the root, such as a company\'s; `ca import` takes the answer' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l constraints -d 'Names that it may issue for: dns, strict, soft or none' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l permit -d 'Permit this domain, with all below it, or this network too (can be repeated)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l keep-root-key -d 'Write the root\'s key too; without this it is never written, and nobody can steal it [default: as the CA has it]'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l force -d 'With --request: replace the file, and give up the request that waits for its answer'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l encrypt -d 'Encrypt the keys with a password; goes without saying where the CA\'s keys are encrypted'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l ca-password-file -d 'Read the present password from a file\'s first line' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l new-password-file -d 'Read the new password from a file\'s first line' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l remove -d 'Store the key without a password'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from passphrase" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from repair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l ca-password-file -d 'Read the password of its key, which signs its last revocation list, from a file\'s first line' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l force -d 'Even if something that it issued has not ended, or its last revocation list cannot be made'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from retire" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -s a -l algorithm -d 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l valid-for -d 'Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l path-length -d 'How many CAs may follow below it, for certwright issue --ca: 0 to 4 [default: 0, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l subject -d 'Attributes for the subjects beside their common names, such as \'/C=DE/O=Example\' [default: none, or the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l crl-url -d 'Tell in the certificates where their revocation lists will be: the URL of a folder for what `ca crl --out-dir` writes [default: none, or the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l request -d 'Write a request for another CA to sign, which is to be the root, such as a company\'s; `ca import` takes the answer' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l keep-root-key -d 'Write the root\'s key too; without this it is never written, and nobody can steal it [default: as the CA has it]'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l force -d 'With --request: replace the file, and give up the request that waits for its answer'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l encrypt -d 'Encrypt the keys with a password; goes without saying where the CA\'s keys are encrypted'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -s a -l algorithm -d 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l valid-for -d 'Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l path-length -d 'How many CAs may follow below it, for certwright issue --ca: 0 to 4 [default: 0, or as the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l subject -d 'Attributes for the subjects beside their common names, such as \'/C=DE/O=Example\' [default: none, or the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l crl-url -d 'Tell in the certificates where their revocation lists will be: the URL of a folder for what `ca crl --out-dir` writes [default: none, or the CA\'s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l request -d 'Write a request for another CA to sign, which is to be the root, such as a company\'s; `ca import` takes the answer' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l keep-root-key -d 'Write the root\'s key too; without this it is never written, and nobody can steal it [default: as the CA has it]'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l force -d 'With --request: replace the file, and give up the request that waits for its answer'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l encrypt -d 'Encrypt the keys with a password; goes without saying where the CA\'s keys are encrypted'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ca; and __fish_seen_subcommand_from widen" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l to -d 'The form to convert to [default: what the output\'s name says: .p12, .pfx, .jks, .p7b, .der, .pem]' -r -f -a "pem\t'Everything that the files hold, in PEM'
der\t'The one thing that the files hold, in DER'
pkcs12\t'Keys with their chains, or roots to trust, encrypted: .p12, .pfx'
jks\t'The same as a Java keystore of the old kind; Java has read PKCS #12 since version 8'
pkcs7\t'Certificates and revocation lists in their order: .p7b'
pkcs8\t'The private key as PKCS #8'
sec1\t'The private key as SEC 1 (elliptic curves)'
pkcs1\t'The private key as PKCS #1 (RSA)'
public\t'The public key of a private key, certificate or request'"
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l alias -d 'In a container: the alias, or friendly name, of the key [default: the certificate\'s first name]' -r
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l password-file -d 'Read the password of what is given from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l new-password-file -d 'Read the new password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand convert" -s o -l output -d 'Where to write it [default: standard output]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l owner -d 'Give the files to a user, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l group -d 'Give the files to a group, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l mode -d 'Mode of the files that hold a secret, such as 0640' -r
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l der -d 'For keys and PKCS #7: DER instead of PEM'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l first -d 'Take the first thing that the files hold, and leave the rest'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l encrypt -d 'Encrypt private keys with a new password (pkcs8 and pem; containers always are)'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l compatible -d 'Encrypt PKCS #12 with Triple DES and SHA-1, for the Keychain of macOS and old versions of Windows'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l subject -d 'Subject, such as \'CN=a,O=b\' or \'/O=b/CN=a\'' -r
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l cn -d 'Give the subject a common name: the first name, or --cn=NAME' -r
complete -c certwright -n "__fish_certwright_using_subcommand csr" -s a -l algorithm -d 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]' -r -f -a "p256\t''
p384\t''
p521\t''
ed25519\t''
rsa2048\t''
rsa3072\t''
rsa4096\t''"
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l key -d 'Use this private key instead of a new one; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l csr-file -d 'Where to write the request [default: NAME.csr]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l out-dir -d 'Folder for the files [default: the current one]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l key-file -d 'Where to write the new key [default: NAME.key]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l owner -d 'Give the files to a user, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l group -d 'Give the files to a group, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l mode -d 'Mode of the files that hold a secret, such as 0640' -r
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l client -d 'For a TLS client; alone: for nothing else'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l server -d 'For a TLS server; the default, unless there are e-mail addresses only'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l encrypt -d 'Encrypt the new key with a password'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand csr" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand export" -l key -d 'File of the private key [default: in CERT, or beside it as NAME.key or NAME-key.pem; of a serial number, where it was written to]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l root -d 'File of the root that clients are to trust' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l out-dir -d 'Folder for the files [default: the server\'s name]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l deployed-to -d 'Folder in which the server will find the files, if that is another' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l port -d 'Port to listen on [default: the server\'s own]' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l backend -d 'What a proxy passes on to [default: 127.0.0.1:8080]' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l password-file -d 'Read the password of the given key or container from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l new-password-file -d 'Read the password of the container that is written from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l owner -d 'Give the files to a user, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l group -d 'Give the files to a group, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l mode -d 'Mode of the files that hold a secret, such as 0640' -r
complete -c certwright -n "__fish_certwright_using_subcommand export" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand export" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l list -d 'Show the servers, and by what each configuration is known to work'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l mutual -d 'Let in only clients with a certificate from the same root'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l with-ca-key -d 'Agree that the key of a CA is written, for cert-manager, istio, linkerd or vault to issue by'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l digest -d 'sha256, sha1, sha384 or sha512' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l password-file -d 'Read the password of containers and private keys from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l format -d 'hex, colon or base64' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l servername -d 'Ask for this name instead of the host (SNI)' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l connect -d 'Connect to this host or address instead, HOST or HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l starttls -d 'Begin in plain text: smtp, imap, pop3, ftp, postgres, mysql, ldap, xmpp' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l proxy -d 'Go through this proxy, by CONNECT: http://[USER:PASSWORD@]HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l client-cert -d 'Show this client certificate, with its chain, if the server asks for one' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l client-key -d 'The private key of the client certificate [default: in the same file]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l timeout -d 'Time for each server, all in all: 500ms, 5s, 1m [default: 10s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -s r -l recursive -d 'Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -l spki -d 'Digest the public key (SubjectPublicKeyInfo) instead; works for requests and keys too'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c certwright -n "__fish_certwright_using_subcommand fingerprint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l field -d 'Print one bare value of each: subject, issuer, serial, not-before, not-after, days-left, names, key, signature, sha256, sha1, pin, is-ca, version, kind' -r -f -a "kind\t''
subject\t''
issuer\t''
serial\t''
not-before\t''
not-after\t''
days-left\t''
names\t''
key\t''
signature\t''
sha256\t''
sha1\t''
pin\t''
is-ca\t''
version\t''"
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l good-for -d 'Print a line for each, and exit with 1 if a certificate is not valid now, or not for so long: 36h, 30d, 12w' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l password-file -d 'Read the password of containers and private keys from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l servername -d 'Ask for this name instead of the host (SNI)' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l connect -d 'Connect to this host or address instead, HOST or HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l starttls -d 'Begin in plain text: smtp, imap, pop3, ftp, postgres, mysql, ldap, xmpp' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l proxy -d 'Go through this proxy, by CONNECT: http://[USER:PASSWORD@]HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l client-cert -d 'Show this client certificate, with its chain, if the server asks for one' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l client-key -d 'The private key of the client certificate [default: in the same file]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l timeout -d 'Time for each server, all in all: 500ms, 5s, 1m [default: 10s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s r -l recursive -d 'Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l short -d 'Print a line for each'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l subject -d 'Subject, such as \'CN=a,O=b\' or \'/O=b/CN=a\'' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l cn -d 'Give the subject a common name: the first name, or --cn=NAME' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l csr -d 'Sign this request: its key, its subject and its names, and nothing else of it' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l path-length -d 'How many further CAs may follow below that one [default: 0]' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l valid-for -d 'Length of validity: 36h, 90d, 12w, 6mo, 2y' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l days -d 'Length of validity in days' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l not-before -d 'First moment of validity [default: ten minutes ago]' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l not-after -d 'Last moment of validity' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -s a -l algorithm -d 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]' -r -f -a "p256\t''
p384\t''
p521\t''
ed25519\t''
rsa2048\t''
rsa3072\t''
rsa4096\t''"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l key -d 'Use this private key instead of a new one; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l to -d 'What to write: pem, the certificate and its key in a file each; or both in one: pkcs12, jks' -r -f -a "pem\t''
pkcs12\t''
jks\t''"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l alias -d 'In a container: the alias, or friendly name, of the key [default: the certificate\'s first name]' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l ca-password-file -d 'Read the password of the CA\'s key from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l cert-file -d 'Where to write the certificate, with the CA\'s intermediate after it [default: NAME.crt, .p12 or .jks]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l chain-file -d 'Where to write the CA\'s intermediate by itself too' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l out-dir -d 'Folder for the files [default: the current one]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l key-file -d 'Where to write the new key [default: NAME.key]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l owner -d 'Give the files to a user, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l group -d 'Give the files to a group, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l mode -d 'Mode of the files that hold a secret, such as 0640' -r
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l from -d 'Issue a certificate for each line of a file, - for standard input: names; CSV with a column names; or JSON' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l tar -d 'Write one tar archive instead of files; - for standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l client -d 'For a TLS client; alone: for nothing else'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l server -d 'For a TLS server; the default, unless there are e-mail addresses only'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l ca -d 'For a CA below the local one, which may issue for the same names: NAME is what it is called, as in `issue --ca mesh`; --csr takes its request'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l encrypt -d 'Encrypt the new key with a password'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l compatible -d 'Encrypt PKCS #12 with Triple DES and SHA-1, for the Keychain of macOS and old versions of Windows'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l if-needed -d 'Keep a certificate that is there if it still fits: names, purpose, CA, and a third of its life left'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l no-create -d 'Fail if there is no local CA yet'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l trust -d 'Have the browsers and runtimes of this machine trust the CA too, as `certwright trust` does'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l linked -d 'With --out-dir: have its files change together, by one link that is renamed (DIR/..data), here and in renew'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l keep-going -d 'Go on after a request that fails'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l inline -d 'Write no files: each row of --json-lines holds its certificate, chain and key, in PEM'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand key" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand key" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand key" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand key" -s a -l algorithm -d 'Kind of the key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096' -r -f -a "p256\t''
p384\t''
p521\t''
ed25519\t''
rsa2048\t''
rsa3072\t''
rsa4096\t''"
complete -c certwright -n "__fish_certwright_using_subcommand key" -s o -l output -d 'Where to write it [default: standard output]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand key" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand key" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand key" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand key" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand key" -l encrypt -d 'Encrypt it with a password'
complete -c certwright -n "__fish_certwright_using_subcommand key" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand key" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l profile -d 'Whose rules: public (a CA that browsers trust) or private; else a certificate is public if a root of Mozilla\'s issued it, or if it has timestamps of Certificate Transparency or a policy of the CA/Browser Forum' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l password-file -d 'Read the password of containers from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l servername -d 'Ask for this name instead of the host (SNI)' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l connect -d 'Connect to this host or address instead, HOST or HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l starttls -d 'Begin in plain text: smtp, imap, pop3, ftp, postgres, mysql, ldap, xmpp' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l proxy -d 'Go through this proxy, by CONNECT: http://[USER:PASSWORD@]HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l client-cert -d 'Show this client certificate, with its chain, if the server asks for one' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l client-key -d 'The private key of the client certificate [default: in the same file]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l timeout -d 'Time for each server, all in all: 500ms, 5s, 1m [default: 10s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s r -l recursive -d 'Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l rules -d 'Print the rules instead: name, severity, source, since when they hold'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand list" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand list" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand list" -l expiring -d 'Those that end within this time: 36h, 30d, 12w' -r
complete -c certwright -n "__fish_certwright_using_subcommand list" -l match -d 'Those with a name that fits: * stands for any letters, ? for one' -r
complete -c certwright -n "__fish_certwright_using_subcommand list" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand list" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l revoked -d 'Those that are revoked'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l all -d 'Those also that have ended, are revoked or are superseded'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l timeline -d 'A picture of how many end when'
complete -c certwright -n "__fish_certwright_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand man" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand man" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand man" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand man" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand man" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand man" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand man" -l list -d 'List the names of all pages instead'
complete -c certwright -n "__fish_certwright_using_subcommand man" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand mkcert" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand mkcert" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand mkcert" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand mkcert" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand mkcert" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand mkcert" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l within -d 'Those that end within this time, instead: 36h, 30d, 12w' -r
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l password-file -d 'Read the password of containers and encrypted keys from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l ca-password-file -d 'Read the password of the CA\'s key from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l reload -d 'Once something was renewed, run this by sh, such as \'nginx -s reload\'' -r
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l signal -d 'Once something was renewed, send this signal to the process of --pid-file: HUP, USR1, USR2, QUIT, TERM' -r
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l pid-file -d 'The file with the number of the process that gets --signal' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l every -d 'With --watch: how long to wait at most before looking again: 90s, 10m, 12h' -r
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l all -d 'Every certificate in use that the ledger knows the files of, as if nothing is named'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l force -d 'Those that are not due as well'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l reuse-key -d 'Certify the same keys again, as is done of CAs anyway'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l check -d 'Say what is due, with the exit code 1 if anything is, and write nothing'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l watch -d 'Go on: renew whenever something is due, until the process is ended'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l reason -d 'Why' -r -f -a "unspecified\t''
key-compromise\t''
affiliation-changed\t''
superseded\t''
cessation-of-operation\t''
privilege-withdrawn\t''"
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l ca-password-file -d 'Read the password of the root\'s key, for the CA\'s own certificate, from a file\'s first line' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l all -d 'Every valid certificate of a name: of several, and those that were renewed since'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l subject -d 'Subject, such as \'CN=a,O=b\' or \'/O=b/CN=a\'' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l cn -d 'Give the subject a common name: the first name, or --cn=NAME' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l valid-for -d 'Length of validity: 36h, 90d, 12w, 6mo, 2y' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l days -d 'Length of validity in days' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l not-before -d 'First moment of validity [default: ten minutes ago]' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l not-after -d 'Last moment of validity' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -s a -l algorithm -d 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]' -r -f -a "p256\t''
p384\t''
p521\t''
ed25519\t''
rsa2048\t''
rsa3072\t''
rsa4096\t''"
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l key -d 'Use this private key instead of a new one; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l password-file -d 'Read the password from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l to -d 'What to write: pem, the certificate and its key in a file each; or both in one: pkcs12, jks' -r -f -a "pem\t''
pkcs12\t''
jks\t''"
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l alias -d 'In a container: the alias, or friendly name, of the key [default: the certificate\'s first name]' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l cert-file -d 'Where to write the certificate [default: NAME.crt, or .p12 or .jks]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l out-dir -d 'Folder for the files [default: the current one]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l key-file -d 'Where to write the new key [default: NAME.key]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l owner -d 'Give the files to a user, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l group -d 'Give the files to a group, by name or number (as root)' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l mode -d 'Mode of the files that hold a secret, such as 0640' -r
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l client -d 'For a TLS client; alone: for nothing else'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l server -d 'For a TLS server; the default, unless there are e-mail addresses only'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l ca -d 'Make it a CA\'s certificate, which may issue others; it has a --subject and no names'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l encrypt -d 'Encrypt the new key with a password'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l compatible -d 'Encrypt PKCS #12 with Triple DES and SHA-1, for the Keychain of macOS and old versions of Windows'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -l force -d 'Replace files that are there already'
complete -c certwright -n "__fish_certwright_using_subcommand self-signed" -s h -l help -d 'Print help'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l store -d 'Only this store, by the first word of its name or the whole of it; may be repeated. Else those that CERTWRIGHT_TRUST_STORES lists, between commas' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l cert -d 'The certificate of another CA, in place of the local one\'s' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l root -d 'The system in a folder that does not run, such as an image, in place of this machine and its user' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -l dry-run -d 'Only say what would be done, with the commands for who may not use sudo'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -f -a "env" -d 'Print the variables that make runtimes with a list of their own accept the local CA'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -f -a "serve" -d 'Offer the root certificate to phones and other machines, on a page of the local network'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from env serve status" -f -a "status" -d 'Say how the local CA stands in every trust store, changing nothing'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -l format -d 'The form of the lines' -r -f -a "sh\t'export NAME=\'value\''
fish\t'set -gx NAME \'value\''
powershell\t'$env:NAME = \'value\''
dotenv\t'NAME="value", as Docker Compose and dotenv libraries read it'
github\t'NAME=value, to be appended to $GITHUB_ENV'"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from env" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l listen -d 'The address to listen on; 0.0.0.0 for all [default: that of the network with the default route]' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l port -d 'The port to listen on [default: one that is free]' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l for -d 'How long to serve: 90s, 10m, 2h; a day at most' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l store -d 'Only this store, by the first word of its name or the whole of it; may be repeated. Else those that CERTWRIGHT_TRUST_STORES lists, between commas' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l cert -d 'The certificate of another CA, in place of the local one\'s' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l root -d 'The system in a folder that does not run, such as an image, in place of this machine and its user' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l store -d 'Only this store, by the first word of its name or the whole of it; may be repeated. Else those that CERTWRIGHT_TRUST_STORES lists, between commas' -r
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l cert -d 'The certificate of another CA, in place of the local one\'s' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l root -d 'The system in a folder that does not run, such as an image, in place of this machine and its user' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l all -d 'Also every other CA that certwright made: of another folder, or of one that is gone'
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -l dry-run -d 'Only say what would be done, with the commands for who may not use sudo'
complete -c certwright -n "__fish_certwright_using_subcommand untrust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l home -d 'Folder of the local CA [default: certwright in the user\'s data folder]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l at -d 'Act and judge as of this moment (RFC 3339, or a date)' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l color -d 'When to use colour' -r -f -a "always\t''
auto\t''
never\t''"
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l hostname -d 'The name that clients ask for: a host name, an IP address or an e-mail address [default: a live server\'s; a file\'s names are not judged without it]' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l roots -d 'Trust these instead of the system\'s roots: a file, or a folder of files' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l intermediates -d 'Further certificates that the path may go through' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l crl -d 'Judge revocation by these lists' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l expect -d 'Refuse all but the first certificate of this file: is it the one that is served now?' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l purpose -d 'What it is to be used for: server, client or any' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l policy -d 'Which profile is a condition: rfc5280, browser or strict, each with those before it' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l certificate-policy -d 'Want one of these certificate policies along the path, as OIDs' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l password-file -d 'Read the password of containers from a file\'s first line; - for standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l servername -d 'Ask for this name instead of the host (SNI)' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l connect -d 'Connect to this host or address instead, HOST or HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l starttls -d 'Begin in plain text: smtp, imap, pop3, ftp, postgres, mysql, ldap, xmpp' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l proxy -d 'Go through this proxy, by CONNECT: http://[USER:PASSWORD@]HOST:PORT' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l client-cert -d 'Show this client certificate, with its chain, if the server asks for one' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l client-key -d 'The private key of the client certificate [default: in the same file]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l timeout -d 'Time for each server, all in all: 500ms, 5s, 1m [default: 10s]' -r
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l json -d 'Print one JSON document'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l json-lines -d 'Print one JSON document a line for each item'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s q -l quiet -d 'Say nothing beside the answer and errors'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s r -l recursive -d 'Go through folders, and the folders in them; hidden files, and those that hold nothing of the kind, are passed over'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l fetch -d 'Get missing issuers and revocation lists from where the certificates say that they are'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s 4 -l ipv4 -d 'Use IPv4 only'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s 6 -l ipv6 -d 'Use IPv6 only'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
