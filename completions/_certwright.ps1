
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'certwright' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'certwright'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'certwright' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('ca', 'ca', [CompletionResultType]::ParameterValue, 'Make, show and change the local CA')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completion script')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Convert between PEM and DER, and between the forms of keys')
            [CompletionResult]::new('csr', 'csr', [CompletionResultType]::ParameterValue, 'Make a certificate request, with a new key or one that is there')
            [CompletionResult]::new('fingerprint', 'fingerprint', [CompletionResultType]::ParameterValue, 'Print the digest of certificates or of their public keys')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show certificates, requests, keys and revocation lists')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issue a certificate from the local CA, which is made on first use')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Generate a private key, as PKCS #8 in PEM')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Hold certificates against the rules of standards, browsers and platforms')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a manual page, in roff')
            [CompletionResult]::new('self-signed', 'self-signed', [CompletionResultType]::ParameterValue, 'Make a certificate that signs itself')
            [CompletionResult]::new('trust', 'trust', [CompletionResultType]::ParameterValue, 'Make the browsers and runtimes of this machine accept the local CA, which is made on first use')
            [CompletionResult]::new('untrust', 'untrust', [CompletionResultType]::ParameterValue, 'Take the local CA out of every trust store again')
            break
        }
        'certwright;ca' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the root certificate, for clients to trust; never a key')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Issue from a CA made elsewhere: a certificate and its key, or mkcert''s folder')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make the local CA: a root and an intermediate, limited to local names')
            [CompletionResult]::new('passphrase', 'passphrase', [CompletionResultType]::ParameterValue, 'Set, change or remove the password of the CA''s key')
            [CompletionResult]::new('retire', 'retire', [CompletionResultType]::ParameterValue, 'Remove the key of an old generation whose certificates have ended, and its root from the trust stores')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Make a new generation of the CA beside the old, and issue from it')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the local CA and its generations')
            [CompletionResult]::new('widen', 'widen', [CompletionResultType]::ParameterValue, 'Make a new generation of the CA that may issue for more names')
            break
        }
        'certwright;ca;export' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Its encoding')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to write it [default: standard output]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to write it [default: standard output]')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that are there already')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;ca;import' {
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'The CA''s certificate; certificates up to its root may follow it in the file')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The CA''s private key; it is copied')
            [CompletionResult]::new('--chain', '--chain', [CompletionResultType]::ParameterName, 'Further certificates, up to the root')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password of the given key from a file''s first line')
            [CompletionResult]::new('--new-password-file', '--new-password-file', [CompletionResultType]::ParameterName, 'Read the password for the copy from a file''s first line')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the copy of the key with a password')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;ca;init' {
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA''s]')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA''s]')
            [CompletionResult]::new('--valid-for', '--valid-for', [CompletionResultType]::ParameterName, 'Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA''s]')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Attributes for the subjects beside their common names, such as ''/C=DE/O=Example'' [default: none, or the CA''s]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--constraints', '--constraints', [CompletionResultType]::ParameterName, 'Names that it may issue for: dns, strict, soft or none')
            [CompletionResult]::new('--permit', '--permit', [CompletionResultType]::ParameterName, 'Permit this domain, with all below it, or this network too (can be repeated)')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--keep-root-key', '--keep-root-key', [CompletionResultType]::ParameterName, 'Write the root''s key too; without this it is never written, and nobody can steal it [default: as the CA has it]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the keys with a password; goes without saying where the CA''s keys are encrypted')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;ca;passphrase' {
            [CompletionResult]::new('--ca-password-file', '--ca-password-file', [CompletionResultType]::ParameterName, 'Read the present password from a file''s first line')
            [CompletionResult]::new('--new-password-file', '--new-password-file', [CompletionResultType]::ParameterName, 'Read the new password from a file''s first line')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Store the key without a password')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;ca;retire' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Even if something that it issued has not ended')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;ca;rotate' {
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA''s]')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA''s]')
            [CompletionResult]::new('--valid-for', '--valid-for', [CompletionResultType]::ParameterName, 'Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA''s]')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Attributes for the subjects beside their common names, such as ''/C=DE/O=Example'' [default: none, or the CA''s]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--keep-root-key', '--keep-root-key', [CompletionResultType]::ParameterName, 'Write the root''s key too; without this it is never written, and nobody can steal it [default: as the CA has it]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the keys with a password; goes without saying where the CA''s keys are encrypted')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;ca;show' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;ca;widen' {
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA''s]')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the keys: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256, or as the CA''s]')
            [CompletionResult]::new('--valid-for', '--valid-for', [CompletionResultType]::ParameterName, 'Length of validity: 36h, 90d, 12w, 6mo, 2y [default: 10y, or as the CA''s]')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Attributes for the subjects beside their common names, such as ''/C=DE/O=Example'' [default: none, or the CA''s]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--keep-root-key', '--keep-root-key', [CompletionResultType]::ParameterName, 'Write the root''s key too; without this it is never written, and nobody can steal it [default: as the CA has it]')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the keys with a password; goes without saying where the CA''s keys are encrypted')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;completions' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;convert' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The form to convert to')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password of the given key from a file''s first line; - for standard input')
            [CompletionResult]::new('--new-password-file', '--new-password-file', [CompletionResultType]::ParameterName, 'Read the new password from a file''s first line; - for standard input')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to write it [default: standard output]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to write it [default: standard output]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--der', '--der', [CompletionResultType]::ParameterName, 'For keys: DER instead of PEM')
            [CompletionResult]::new('--first', '--first', [CompletionResultType]::ParameterName, 'Take the first thing that the files hold, and leave the rest')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the private key with a new password (pkcs8 only)')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that are there already')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;csr' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Subject, such as ''CN=a,O=b'' or ''/O=b/CN=a''')
            [CompletionResult]::new('--cn', '--cn', [CompletionResultType]::ParameterName, 'Give the subject a common name: the first name, or --cn=NAME')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Use this private key instead of a new one; - for standard input')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--csr-file', '--csr-file', [CompletionResultType]::ParameterName, 'Where to write the request [default: NAME.csr]')
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'Folder for the files [default: the current one]')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Where to write the new key [default: NAME.key]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--client', '--client', [CompletionResultType]::ParameterName, 'For a TLS client; alone: for nothing else')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'For a TLS server; the default, unless there are e-mail addresses only')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the new key with a password')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that are there already')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;fingerprint' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'sha256, sha1, sha384 or sha512')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password of private keys from a file''s first line; - for standard input')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'hex, colon or base64')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--spki', '--spki', [CompletionResultType]::ParameterName, 'Digest the public key (SubjectPublicKeyInfo) instead; works for requests and keys too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;inspect' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Print one bare value of each: subject, issuer, serial, not-before, not-after, days-left, names, key, signature, sha256, sha1, pin, is-ca, version, kind')
            [CompletionResult]::new('--good-for', '--good-for', [CompletionResultType]::ParameterName, 'Print a line for each, and exit with 1 if a certificate is not valid now, or not for so long: 36h, 30d, 12w')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password of private keys from a file''s first line; - for standard input')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--short', '--short', [CompletionResultType]::ParameterName, 'Print a line for each')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;issue' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Subject, such as ''CN=a,O=b'' or ''/O=b/CN=a''')
            [CompletionResult]::new('--cn', '--cn', [CompletionResultType]::ParameterName, 'Give the subject a common name: the first name, or --cn=NAME')
            [CompletionResult]::new('--csr', '--csr', [CompletionResultType]::ParameterName, 'Sign this request: its key, its subject and its names, and nothing else of it')
            [CompletionResult]::new('--valid-for', '--valid-for', [CompletionResultType]::ParameterName, 'Length of validity: 36h, 90d, 12w, 6mo, 2y')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'Length of validity in days')
            [CompletionResult]::new('--not-before', '--not-before', [CompletionResultType]::ParameterName, 'First moment of validity [default: ten minutes ago]')
            [CompletionResult]::new('--not-after', '--not-after', [CompletionResultType]::ParameterName, 'Last moment of validity')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Use this private key instead of a new one; - for standard input')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--ca-password-file', '--ca-password-file', [CompletionResultType]::ParameterName, 'Read the password of the CA''s key from a file''s first line; - for standard input')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Where to write the certificate, with the CA''s intermediate after it [default: NAME.crt]')
            [CompletionResult]::new('--chain-file', '--chain-file', [CompletionResultType]::ParameterName, 'Where to write the CA''s intermediate by itself too')
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'Folder for the files [default: the current one]')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Where to write the new key [default: NAME.key]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--client', '--client', [CompletionResultType]::ParameterName, 'For a TLS client; alone: for nothing else')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'For a TLS server; the default, unless there are e-mail addresses only')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the new key with a password')
            [CompletionResult]::new('--if-needed', '--if-needed', [CompletionResultType]::ParameterName, 'Keep a certificate that is there if it still fits: names, purpose, CA, and a third of its life left')
            [CompletionResult]::new('--no-create', '--no-create', [CompletionResultType]::ParameterName, 'Fail if there is no local CA yet')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Have the browsers and runtimes of this machine trust the CA too, as `certwright trust` does')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that are there already')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;key' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to write it [default: standard output]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to write it [default: standard output]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt it with a password')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that are there already')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;lint' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Whose rules: public (a CA that browsers trust) or private; else a certificate is public if a root of Mozilla''s issued it, or if it has timestamps of Certificate Transparency or a policy of the CA/Browser Forum')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'Print the rules instead: name, severity, source, since when they hold')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;man' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the names of all pages instead')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;self-signed' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'Subject, such as ''CN=a,O=b'' or ''/O=b/CN=a''')
            [CompletionResult]::new('--cn', '--cn', [CompletionResultType]::ParameterName, 'Give the subject a common name: the first name, or --cn=NAME')
            [CompletionResult]::new('--valid-for', '--valid-for', [CompletionResultType]::ParameterName, 'Length of validity: 36h, 90d, 12w, 6mo, 2y')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'Length of validity in days')
            [CompletionResult]::new('--not-before', '--not-before', [CompletionResultType]::ParameterName, 'First moment of validity [default: ten minutes ago]')
            [CompletionResult]::new('--not-after', '--not-after', [CompletionResultType]::ParameterName, 'Last moment of validity')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]')
            [CompletionResult]::new('--algorithm', '--algorithm', [CompletionResultType]::ParameterName, 'Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Use this private key instead of a new one; - for standard input')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file''s first line; - for standard input')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Where to write the certificate [default: NAME.crt]')
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'Folder for the files [default: the current one]')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Where to write the new key [default: NAME.key]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--client', '--client', [CompletionResultType]::ParameterName, 'For a TLS client; alone: for nothing else')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'For a TLS server; the default, unless there are e-mail addresses only')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'Make it a CA''s certificate, which may issue others; it has a --subject and no names')
            [CompletionResult]::new('--encrypt', '--encrypt', [CompletionResultType]::ParameterName, 'Encrypt the new key with a password')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that are there already')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'certwright;trust' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store, by the first word of its name or the whole of it; may be repeated. Else those that CERTWRIGHT_TRUST_STORES lists, between commas')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'The certificate of another CA, in place of the local one''s')
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'The system in a folder that does not run, such as an image, in place of this machine and its user')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only say what would be done, with the commands for who may not use sudo')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('env', 'env', [CompletionResultType]::ParameterValue, 'Print the variables that make runtimes with a list of their own accept the local CA')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Offer the root certificate to phones and other machines, on a page of the local network')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say how the local CA stands in every trust store, changing nothing')
            break
        }
        'certwright;trust;env' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the lines')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;trust;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'The address to listen on; 0.0.0.0 for all [default: that of the network with the default route]')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port to listen on [default: one that is free]')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'How long to serve: 90s, 10m, 2h; a day at most')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;trust;status' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store, by the first word of its name or the whole of it; may be repeated. Else those that CERTWRIGHT_TRUST_STORES lists, between commas')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'The certificate of another CA, in place of the local one''s')
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'The system in a folder that does not run, such as an image, in place of this machine and its user')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'certwright;untrust' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Folder of the local CA [default: certwright in the user''s data folder]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Act and judge as of this moment (RFC 3339, or a date)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store, by the first word of its name or the whole of it; may be repeated. Else those that CERTWRIGHT_TRUST_STORES lists, between commas')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'The certificate of another CA, in place of the local one''s')
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'The system in a folder that does not run, such as an image, in place of this machine and its user')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document')
            [CompletionResult]::new('--json-lines', '--json-lines', [CompletionResultType]::ParameterName, 'Print one JSON document a line for each item')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing beside the answer and errors')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Also every other CA that certwright made: of another folder, or of one that is gone')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only say what would be done, with the commands for who may not use sudo')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
