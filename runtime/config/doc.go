// Package config settles what Recue works with: which server, which subject,
// which task, how long to wait, how to log in.
//
// A setting may be given in several places. The first of these that has it wins:
//
//	a flag                     --timeout 5s
//	the environment            NATS_TIMEOUT=5s
//	the .env file              NATS_TIMEOUT=5s     (.env here, or --env-file)
//	the NATS context           as `nats context` wrote it; only when it is named
//	the default                2s
//
// Begin with Settings, the one list of them all, from which the command line
// makes its flags, and with Resolve, which gives a checked Config:
//
//	cfg, err := config.Resolve(config.System(flags))
//
// Ways to log in are taken as a whole: a --token replaces the user and the
// password of a context, and the user in a URL, instead of joining them. See
// settleCredentials for the rule.
//
// A Config may be printed, logged and marshalled: passwords, tokens and the
// user in a URL come out as ***. Only Secret.Reveal and Server.URLs give them.
package config
