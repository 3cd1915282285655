// A program: sockets of go-zeromq/zmq4 that do as they are told.
//
// Orders come on standard input and answers go to standard output, a line of JSON each, as
// ../README.md says. Usage: peer SECONDS
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"
)

type order struct {
	Number  int            `json:"number"`
	Order   string         `json:"order"`
	Socket  int            `json:"socket"`
	Kind    string         `json:"kind"`
	Bind    string         `json:"bind"`
	Connect string         `json:"connect"`
	Options map[string]any `json:"options"`
	Frames  [][]byte       `json:"frames"` // base64 in JSON
	Topic   []byte         `json:"topic"`
	Count   int            `json:"count"`
}

type answer map[string]any

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: peer SECONDS")
	}
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		log.Fatal(err)
	}
	peer := newPeer(time.Duration(seconds * float64(time.Second)))
	orders := json.NewDecoder(bufio.NewReader(os.Stdin))
	answers := json.NewEncoder(os.Stdout)
	for {
		var given order
		if orders.Decode(&given) != nil {
			return
		}
		reply, err := peer.obey(given)
		if err != nil {
			reply = answer{"error": fmt.Sprintf("%s: %v", given.Order, err)}
		}
		if reply == nil {
			reply = answer{}
		}
		reply["number"] = given.Number
		if answers.Encode(reply) != nil {
			return
		}
	}
}
