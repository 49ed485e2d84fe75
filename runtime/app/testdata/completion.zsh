#compdef recue
# zsh completion for recue
_recue() {
    local context state line
    local -a commands
    commands=(
        'run:run a script'
        'test:run test scenarios'
        'check:find mistakes in scripts without running them'
        'next:list when the schedules of scripts will fire'
        'rehearse:run the schedules of scripts in virtual time'
        'serve:run the schedules of scripts, durably, until stopped'
        'jobs:list the schedules that are served; pause, resume, fire now, history'
        'start:start one recording'
        'stop:stop one recording'
        'status:ask for the state of one recording'
        'sim:run a simulated recorder'
        'report:make a page with the timeline of a run'
        'repl:try things by hand'
        'init:make a project with an example, a test and editor support'
        'config:show the settings in force, and where each comes from'
        'reference:describe the functions that a script may use'
        'completion:print a completion script for bash, zsh or fish'
        'version:show which recue this is'
        'help:show what a command does and which flags it has'
    )
    _arguments -C -S \
        '-e[run this CODE instead of a file]:CODE: ' \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--stop-on-exit[at the end, stop the tasks that the run started and that still record]' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--seed=[NUMBER that fixes all chance (default\: another each time; the log has it at level DEBUG)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--filter=[only tests whose name contains this TEXT; may be repeated]:TEXT: ' \
        '--tag=[only tests with this TAG; may be repeated]:TAG: ' \
        '--exclude-tag=[no tests with this TAG; may be repeated]:TAG: ' \
        '--rerun-failed[only tests that failed the last time in this folder]' \
        '--list[list the tests instead of running them]' \
        '--fail-fast[begin nothing more after a failure]' \
        '--shuffle[mix the order, by --seed]' \
        '--repeat=[run everything so MANY times (default 1)]:MANY: ' \
        '--jobs=[run so MANY files side by side (default 1)]:MANY: ' \
        '--strict[warnings are failures\: tests without an expectation, the option only]' \
        '--test-timeout=[how long a test may take that says nothing else, a DURATION (default 30s)]:DURATION: ' \
        '--watch[run again whenever a file changes, until interrupted]' \
        '--reporter=[KIND of the report on standard output\: pretty, dots, tap, json, junit, github (default pretty)]:KIND: ' \
        '--report=[write a report to a file too, as KIND=FILE; may be repeated]:KIND=FILE: ' \
        '-n[list NUMBER firings (default 10; with --till all of them)]:NUMBER: ' \
        '--from=[begin at this TIME\: 2026-10-24 or "2026-10-24 18\:00" (default now)]:TIME: ' \
        '--till=[end with this TIME; a date counts whole]:TIME: ' \
        '--tz=[ZONE of --from, --till and the schedules that name none (default the machine'\''s)]:ZONE: ' \
        '--for=[rehearse this DURATION (default 7d)]:DURATION: ' \
        '--fault=[what befalls the recorders\: FAULT, such as "away 02\:00-03\:00"; may be repeated]:FAULT: ' \
        '--all[show every run, recording and mistake, also those that are alike]' \
        '--store=[keep the state in this DIR, in a NATS server inside this process]:DIR:_files' \
        '--listen=[with --store\: be the NATS server of the recorders, at this ADDRESS]:ADDRESS: ' \
        '--replicas=[keep the state on this NUMBER of a cluster'\''s servers\: 1, 3 or 5 (default\: as it is kept already, else 1)]:NUMBER: ' \
        '--grace=[DURATION that runs may go on once it is to end (default 10s)]:DURATION: ' \
        '--on-failure=[COMMAND or URL that is told of every run that failed or was interrupted, as JSON]:COMMAND: ' \
        '--metrics=[serve /metrics for Prometheus, /healthz and /readyz over HTTP at this ADDRESS]:ADDRESS: ' \
        '--until=[with pause\: fire again from this TIME on, in the zone of the job\: 18\:30, 2026-12-27 or "2026-12-27 06\:00"]:TIME: ' \
        '--segment-time=[length of one file of the recording, DURATION (default 300s)]:DURATION: ' \
        '--snd-source=[name of the sound source, NAME (default pulsesrc01)]:NAME: ' \
        '--snd-byterate=[sound byterate, NUMBER (default 96)]:NUMBER: ' \
        '--vid-stream=[name of the video stream, NAME (default main)]:NAME: ' \
        '--vid-byterate=[video byterate, NUMBER (default 2000)]:NUMBER: ' \
        '--delay=[DURATION from a command to its reply (default 0)]:DURATION: ' \
        '--jitter=[longest random DURATION on top of the delay (default 0)]:DURATION: ' \
        '--fail=[share of commands that are rejected, a RATE from 0 to 1 (default 0)]:RATE: ' \
        '--drop=[share of replies that are lost, a RATE from 0 to 1 (default 0)]:RATE: ' \
        '--run=[which RUN\: its name, its number, or last (default last)]:RUN: ' \
        '-o[write the page into this FILE; - for standard output]:FILE:_files' \
        '--force[let -o overwrite a file that is no report]' \
        '--stub[print what editors need to complete and check scripts, for the Lua language server]' \
        '1:command:->command' \
        '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument)
            case $words[1] in
                run)
                    _arguments -S \
        '-e[run this CODE instead of a file]:CODE: ' \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--stop-on-exit[at the end, stop the tasks that the run started and that still record]' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--seed=[NUMBER that fixes all chance (default\: another each time; the log has it at level DEBUG)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                test)
                    _arguments -S \
        '--filter=[only tests whose name contains this TEXT; may be repeated]:TEXT: ' \
        '--tag=[only tests with this TAG; may be repeated]:TAG: ' \
        '--exclude-tag=[no tests with this TAG; may be repeated]:TAG: ' \
        '--rerun-failed[only tests that failed the last time in this folder]' \
        '--list[list the tests instead of running them]' \
        '--fail-fast[begin nothing more after a failure]' \
        '--shuffle[mix the order, by --seed]' \
        '--repeat=[run everything so MANY times (default 1)]:MANY: ' \
        '--jobs=[run so MANY files side by side (default 1)]:MANY: ' \
        '--strict[warnings are failures\: tests without an expectation, the option only]' \
        '--test-timeout=[how long a test may take that says nothing else, a DURATION (default 30s)]:DURATION: ' \
        '--watch[run again whenever a file changes, until interrupted]' \
        '--reporter=[KIND of the report on standard output\: pretty, dots, tap, json, junit, github (default pretty)]:KIND: ' \
        '--report=[write a report to a file too, as KIND=FILE; may be repeated]:KIND=FILE: ' \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--seed=[NUMBER that fixes all chance (default\: another each time; the log has it at level DEBUG)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                check)
                    _arguments -S \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                next)
                    _arguments -S \
        '-n[list NUMBER firings (default 10; with --till all of them)]:NUMBER: ' \
        '--from=[begin at this TIME\: 2026-10-24 or "2026-10-24 18\:00" (default now)]:TIME: ' \
        '--till=[end with this TIME; a date counts whole]:TIME: ' \
        '--tz=[ZONE of --from, --till and the schedules that name none (default the machine'\''s)]:ZONE: ' \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--seed=[NUMBER that fixes all chance (default\: another each time; the log has it at level DEBUG)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                rehearse)
                    _arguments -S \
        '--from=[begin at this TIME, 2026-11-23 or "2026-11-23 18\:00" (default now)]:TIME: ' \
        '--for=[rehearse this DURATION (default 7d)]:DURATION: ' \
        '--till=[end at this TIME, instead of --for]:TIME: ' \
        '--fault=[what befalls the recorders\: FAULT, such as "away 02\:00-03\:00"; may be repeated]:FAULT: ' \
        '--tz=[the ZONE of --from, --till and the schedules that name none (default the machine'\''s)]:ZONE: ' \
        '--all[show every run, recording and mistake, also those that are alike]' \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--seed=[NUMBER that fixes all chance, of faults and of math.random (default 1)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                serve)
                    _arguments -S \
        '--store=[keep the state in this DIR, in a NATS server inside this process]:DIR:_files' \
        '--listen=[with --store\: be the NATS server of the recorders, at this ADDRESS]:ADDRESS: ' \
        '--replicas=[keep the state on this NUMBER of a cluster'\''s servers\: 1, 3 or 5 (default\: as it is kept already, else 1)]:NUMBER: ' \
        '--grace=[DURATION that runs may go on once it is to end (default 10s)]:DURATION: ' \
        '--on-failure=[COMMAND or URL that is told of every run that failed or was interrupted, as JSON]:COMMAND: ' \
        '--metrics=[serve /metrics for Prometheus, /healthz and /readyz over HTTP at this ADDRESS]:ADDRESS: ' \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--seed=[NUMBER that fixes all chance (default\: another each time; the log has it at level DEBUG)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                jobs)
                    _arguments -S \
        '--store=[the schedules of the recue serve on this DIR]:DIR:_files' \
        '--until=[with pause\: fire again from this TIME on, in the zone of the job\: 18\:30, 2026-12-27 or "2026-12-27 06\:00"]:TIME: ' \
        '-n[with history\: show NUMBER runs (default 20)]:NUMBER: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:argument:(cancel fire history list pause remove resume)' ;;
                start)
                    _arguments -S \
        '--segment-time=[length of one file of the recording, DURATION (default 300s)]:DURATION: ' \
        '--snd-source=[name of the sound source, NAME (default pulsesrc01)]:NAME: ' \
        '--snd-byterate=[sound byterate, NUMBER (default 96)]:NUMBER: ' \
        '--vid-stream=[name of the video stream, NAME (default main)]:NAME: ' \
        '--vid-byterate=[video byterate, NUMBER (default 2000)]:NUMBER: ' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                stop)
                    _arguments -S \
        '--segment-time=[length of one file of the recording, DURATION (default 300s)]:DURATION: ' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                status)
                    _arguments -S \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                sim)
                    _arguments -S \
        '--listen=[ADDRESS of its NATS server; port 0 takes a free one (default 127.0.0.1\:4222)]:ADDRESS: ' \
        '--delay=[DURATION from a command to its reply (default 0)]:DURATION: ' \
        '--jitter=[longest random DURATION on top of the delay (default 0)]:DURATION: ' \
        '--fail=[share of commands that are rejected, a RATE from 0 to 1 (default 0)]:RATE: ' \
        '--drop=[share of replies that are lost, a RATE from 0 to 1 (default 0)]:RATE: ' \
        '--seed=[NUMBER that fixes all chance (default 0)]:NUMBER: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                report)
                    _arguments -S \
        '--run=[which RUN\: its name, its number, or last (default last)]:RUN: ' \
        '--list[list the runs of the journal instead]' \
        '--from=[show what was from this TIME on\: 2026-12-24 or "2026-12-24 18\:00"]:TIME: ' \
        '--till=[show what was until this TIME; a date counts whole]:TIME: ' \
        '-o[write the page into this FILE; - for standard output]:FILE:_files' \
        '--force[let -o overwrite a file that is no report]' \
        '--tz=[ZONE of the times, of --from and --till too (default the machine'\''s)]:ZONE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                repl)
                    _arguments -S \
        '--var=[give the script vars.NAME, as NAME=VALUE; may be repeated]:NAME=VALUE: ' \
        '--stop-on-exit[at the end, stop the tasks that the session started and that still record]' \
        '--sim[use a simulated recorder inside this process instead of NATS, to try things out]' \
        '--seed=[NUMBER that fixes all chance (default\: another each time; the log has it at level DEBUG)]:NUMBER: ' \
        '--max-compute=[how long a script may compute without waiting for anything, a DURATION (RECUE_MAX_COMPUTE, default 5s)]:DURATION: ' \
        '--max-heap=[how much memory a script may use, a SIZE such as 500MiB or 2GiB (RECUE_MAX_HEAP, default 2GiB)]:SIZE: ' \
        '--max-threads=[at most NUMBER branches and coroutines alive at once (RECUE_MAX_THREADS, default 200000)]:NUMBER: ' \
        '--max-string=[SIZE of the longest text that a script may make; at most a quarter of --max-heap (RECUE_MAX_STRING, default 64MiB)]:SIZE: ' \
        '--max-pattern-steps=[at most NUMBER steps in one find, match or gsub; each byte that is searched allows 32 more (RECUE_MAX_PATTERN_STEPS, default 100000000)]:NUMBER: ' \
        '--max-source=[SIZE of the largest script, module or text that load takes (RECUE_MAX_SOURCE, default 1MiB)]:SIZE: ' \
        '--max-nesting=[blocks, brackets and functions at most NUMBER deep within each other (RECUE_MAX_NESTING, default 200)]:NUMBER: ' \
        '--max-output=[SIZE of all that a script prints and logs; more fills the disk of whoever keeps it (RECUE_MAX_OUTPUT, default 1GiB)]:SIZE: ' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                init)
                    _arguments -S \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:script:_files' '*:argument:_files' ;;
                config)
                    _arguments -S \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                reference)
                    _arguments -S \
        '--stub[print what editors need to complete and check scripts, for the Lua language server]' \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                completion)
                    _arguments -S \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '1:argument:(bash zsh fish)' ;;
                version)
                    _arguments -S \
        '--server=[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '-s[URL of the NATS server, or several separated by commas (NATS_URL, default nats\://localhost\:4222)]:URL: ' \
        '--subject=[NATS SUBJECT on which the recorder listens (NATS_SUBJECT, default rec.control)]:SUBJECT: ' \
        '--timeout=[how long to wait for an answer\: a DURATION such as 2s, 500ms or 1m; a bare number is seconds (NATS_TIMEOUT, default 2s)]:DURATION: ' \
        '--task-id=[TASK that a command is for when it names none (TASK_ID, default task01)]:TASK: ' \
        '--log-level=[LEVEL from which messages are logged\: DEBUG, INFO, WARNING or ERROR (LOG_LEVEL, default INFO)]:LEVEL:(DEBUG INFO WARNING ERROR)' \
        '--log-format=[FORMAT of the log on stderr\: text or json (RECUE_LOG_FORMAT, default text)]:FORMAT:(text json)' \
        '--context=[NAME of a NATS context that gives server and credentials (NATS_CONTEXT)]:NAME: ' \
        '--creds=[FILE with NATS user credentials (.creds) (NATS_CREDS)]:FILE:_files' \
        '--nkey=[FILE with an nkey seed (NATS_NKEY)]:FILE:_files' \
        '--user=[NAME of the NATS user (NATS_USER)]:NAME: ' \
        '--password=[PASSWORD of the NATS user (the environment is safer\: others can see flags) (NATS_PASSWORD)]:PASSWORD: ' \
        '--token=[NATS TOKEN (the environment is safer\: others can see flags) (NATS_TOKEN)]:TOKEN: ' \
        '--tlscert=[FILE with the TLS certificate that Recue shows (NATS_CERT)]:FILE:_files' \
        '--tlskey=[FILE with the private key of --tlscert (NATS_KEY)]:FILE:_files' \
        '--tlsca=[FILE with the certificates of the authorities to trust (NATS_CA)]:FILE:_files' \
        '--journal=[FILE to write every command and its outcome down in, a JSON line each; it is added to (RECUE_JOURNAL)]:FILE:_files' \
        '--journal-sync=[WHEN to wait for the disk\: at the end of a run, or each (start and stop), to outlast a loss of power (RECUE_JOURNAL_SYNC, default end)]:WHEN: ' \
        '--env-file=[FILE to read variables from (RECUE_ENV_FILE, default .env)]:FILE:_files' \
        '--output=[FORMAT of results where a command prints any\: text or json (default text)]:FORMAT:(text json)' \
        '--help[show the help of this command]' \
        '-h[show the help of this command]' \
                        '*:argument: ' ;;
                help)
                    _arguments -S \
                        '1:argument:(run test check next rehearse serve jobs start stop status sim report repl init config reference completion version)' ;;
            esac ;;
    esac
}
if [[ $funcstack[1] == _recue ]]; then
    _recue "$@"
else
    compdef _recue recue
fi
