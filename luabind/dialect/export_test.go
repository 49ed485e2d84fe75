package dialect

// For tests outside of this package.
var (
	GenerateProgram = generateProgram
	RunProgram      = run
)
