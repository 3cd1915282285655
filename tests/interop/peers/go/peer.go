package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
)

var makers = map[string]func(context.Context, ...zmq4.Option) zmq4.Socket{
	"DEALER": zmq4.NewDealer,
	"PAIR":   zmq4.NewPair,
	"PUB":    zmq4.NewPub,
	"PULL":   zmq4.NewPull,
	"PUSH":   zmq4.NewPush,
	"REP":    zmq4.NewRep,
	"REQ":    zmq4.NewReq,
	"ROUTER": zmq4.NewRouter,
	"SUB":    zmq4.NewSub,
	"XPUB":   zmq4.NewXPub,
	"XSUB":   zmq4.NewXSub,
}

// A peer owns the sockets of this process.
type peer struct {
	limit   time.Duration
	sockets []*socket
}

func newPeer(limit time.Duration) *peer { return &peer{limit: limit} }

// obey carries out an order; none takes much longer than the limit.
func (p *peer) obey(given order) (answer, error) {
	if given.Order == "open" {
		return p.open(given)
	}
	if given.Socket < 0 || given.Socket >= len(p.sockets) {
		return nil, errors.New("no such socket")
	}
	s := p.sockets[given.Socket]
	switch given.Order {
	case "send":
		return nil, s.send(given.Frames)
	case "receive":
		frames, err := s.receive()
		return answer{"frames": frames}, err
	case "subscribe":
		return nil, s.SetOption(zmq4.OptionSubscribe, string(given.Topic))
	case "unsubscribe":
		return nil, s.SetOption(zmq4.OptionUnsubscribe, string(given.Topic))
	case "echo":
		return nil, s.echo(given.Count)
	case "series":
		return nil, s.series(given.Count)
	case "tally":
		return s.tally(given.Count)
	case "ask":
		return s.ask(given.Count)
	case "close":
		_ = s.Close() // an error if the other side was quicker
		return nil, nil
	}
	return nil, errors.New("no such order")
}

func (p *peer) open(given order) (answer, error) {
	make, known := makers[given.Kind]
	if !known {
		return nil, fmt.Errorf("no sockets of the type %q", given.Kind)
	}
	options := []zmq4.Option{
		zmq4.WithTimeout(p.limit),
		zmq4.WithDialerTimeout(p.limit),
		zmq4.WithLogger(log.New(io.Discard, "", 0)),
	}
	for name, value := range given.Options {
		if name != "ROUTING_ID" {
			return nil, fmt.Errorf("no option %q", name)
		}
		options = append(options, zmq4.WithID(zmq4.SocketIdentity(fmt.Sprint(value))))
	}
	s := &socket{Socket: make(context.Background(), options...), limit: p.limit}
	p.sockets = append(p.sockets, s)
	reply := answer{"socket": len(p.sockets) - 1}
	if given.Bind != "" {
		if err := s.Listen(given.Bind); err != nil {
			return nil, err
		}
		transport, _, _ := strings.Cut(given.Bind, "://")
		reply["endpoint"] = transport + "://" + s.Addr().String()
	} else {
		if err := s.Dial(given.Connect); err != nil {
			return nil, err
		}
		reply["endpoint"] = given.Connect
	}
	return reply, nil
}

type socket struct {
	zmq4.Socket
	limit    time.Duration
	awaiting chan received // the library's receive has no time limit: it goes on, and is asked again
}

type received struct {
	message zmq4.Msg
	err     error
}

// send sends a message; a REQ that nobody has connected to yet refuses and is asked again.
func (s *socket) send(frames [][]byte) error {
	message := zmq4.NewMsgFrom(frames...)
	giveUp := time.Now().Add(s.limit)
	for {
		err := s.SendMulti(message)
		refused := err != nil && strings.Contains(err.Error(), "no connections available")
		if !refused || time.Now().After(giveUp) {
			return err
		}
		time.Sleep(time.Millisecond) // the library tells nobody when a peer arrives
	}
}

func (s *socket) receive() ([][]byte, error) {
	if s.awaiting == nil {
		s.awaiting = make(chan received, 1)
		go func(to chan<- received) {
			message, err := s.Recv()
			to <- received{message, err}
		}(s.awaiting)
	}
	select {
	case got := <-s.awaiting:
		s.awaiting = nil
		return got.message.Frames, got.err
	case <-time.After(s.limit):
		return nil, errors.New("nothing was received in time")
	}
}

// echo sends back what comes, envelopes and all.
func (s *socket) echo(count int) error {
	for ; count > 0; count-- {
		frames, err := s.receive()
		if err != nil {
			return err
		}
		if err := s.send(frames); err != nil {
			return err
		}
	}
	return nil
}

// series sends the first messages of the series.
func (s *socket) series(count int) error {
	for number := 0; number < count; number++ {
		if err := s.send(series(number)); err != nil {
			return err
		}
	}
	return nil
}

// tally receives messages and answers with their digest.
func (s *socket) tally(count int) (answer, error) {
	sum := newDigest()
	for ; count > 0; count-- {
		frames, err := s.receive()
		if err != nil {
			return nil, err
		}
		sum.add(frames)
	}
	return sum.answer(), nil
}

// ask sends messages of the series as requests, one after the reply to the other.
func (s *socket) ask(count int) (answer, error) {
	sum := newDigest()
	for number := 0; number < count; number++ {
		if err := s.send(series(number)); err != nil {
			return nil, err
		}
		frames, err := s.receive()
		if err != nil {
			return nil, err
		}
		sum.add(frames)
	}
	return sum.answer(), nil
}
