package dialect

// languageCase is a program and what it must emit. All are checked against the reference interpreter when the tests run
// with the build tag oracle.
type languageCase struct{ name, src, want string }

var languageCases []languageCase
