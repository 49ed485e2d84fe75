package tests

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// natsServer is the main function of the program nats-server: CONFIG [PORT]. It
// runs the server that a file in the NATS server's own format describes, on
// 127.0.0.1, and prints its address.
func natsServer() {
	opts, err := server.ProcessConfigFile(os.Args[1])
	if err != nil {
		exit(err)
	}
	opts.NoSigs, opts.Host, opts.Port = true, "127.0.0.1", server.RANDOM_PORT
	if len(os.Args) > 2 {
		if opts.Port, err = strconv.Atoi(os.Args[2]); err != nil {
			exit(err)
		}
	}
	s, err := server.NewServer(opts)
	if err != nil {
		exit(err)
	}
	s.ConfigureLogger() // on stderr, for the report of a failed test
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		exit(fmt.Errorf("the server on port %d is not ready", opts.Port))
	}
	fmt.Println("listening on", s.ClientURL())
	<-signals
	s.Shutdown()
	s.WaitForShutdown()
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, "nats-server:", err)
	os.Exit(1)
}
