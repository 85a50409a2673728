// SPDX-License-Identifier: MIT

// Routes written by the netlink library that flannel uses, the same that
// src/floor_bench.c makes: one by one with RouteReplace, or the way flannel's
// host-gw goes about it, with three looks at the table for each route.
//
// usage: routes replace|flannel|flush 4|6 N few|distinct [changed]
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/vishvananda/netlink"
)

const protocol = 72

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "routes:", err)
		os.Exit(1)
	}
}

// maker has what the routes have in common.
type maker struct {
	family, link, n   int
	distinct, changed bool
}

func (m maker) gateway(i int) int {
	moved := m.changed && i%100 == 0
	switch {
	case m.distinct && moved:
		return m.n + i
	case m.distinct:
		return i
	case moved:
		return (i + 1) % 5
	}
	return i % 5
}

func (m maker) route(i int) *netlink.Route {
	dst, via, ones := make(net.IP, 4), make(net.IP, 4), 24
	gateway := uint32(2 + m.gateway(i))
	if m.family == netlink.FAMILY_V4 {
		binary.BigEndian.PutUint32(dst, 100<<24+uint32(i)<<8)
		binary.BigEndian.PutUint32(via, 10<<24+gateway)
	} else {
		dst, via, ones = make(net.IP, 16), make(net.IP, 16), 64
		dst[0], dst[1], via[0] = 0xfd, 1, 0xfd
		binary.BigEndian.PutUint32(dst[4:], uint32(i))
		binary.BigEndian.PutUint32(via[12:], gateway)
	}
	return &netlink.Route{
		LinkIndex: m.link,
		Dst:       &net.IPNet{IP: dst, Mask: net.CIDRMask(ones, 8*len(dst))},
		Gw:        via,
		Protocol:  protocol,
	}
}

func equal(a, b *netlink.Route) bool {
	return a.Dst.IP.Equal(b.Dst.IP) && bytes.Equal(a.Dst.Mask, b.Dst.Mask) &&
		a.Gw.Equal(b.Gw) && a.LinkIndex == b.LinkIndex
}

// known is what flannel has added so far; it looks there first, one by one.
type known []*netlink.Route

func (k *known) remember(r *netlink.Route) {
	for _, have := range *k {
		if equal(have, r) {
			return
		}
	}
	*k = append(*k, r)
}

func (m maker) list(dst *net.IPNet) []netlink.Route {
	found, err := netlink.RouteListFiltered(m.family, &netlink.Route{Dst: dst}, netlink.RT_FILTER_DST)
	fail(err)
	return found
}

// ensure is flannel's way: list, delete what is wrong, list, add, list.
func (m maker) ensure(k *known, r *netlink.Route) {
	k.remember(r)
	if found := m.list(r.Dst); len(found) > 0 && !equal(&found[0], r) {
		fail(netlink.RouteDel(&found[0]))
	}
	if found := m.list(r.Dst); len(found) == 0 || !equal(&found[0], r) {
		fail(netlink.RouteAdd(r))
	}
	m.list(r.Dst)
}

func (m maker) flush() {
	found, err := netlink.RouteListFiltered(m.family, &netlink.Route{Protocol: protocol},
		netlink.RT_FILTER_PROTOCOL)
	fail(err)
	for i := range found {
		fail(netlink.RouteDel(&found[i]))
	}
}

func main() {
	if len(os.Args) < 5 {
		fail(fmt.Errorf("usage: replace|flannel|flush 4|6 N few|distinct [changed]"))
	}
	n, err := strconv.Atoi(os.Args[3])
	fail(err)
	link, err := netlink.LinkByName("bench0")
	fail(err)
	m := maker{family: netlink.FAMILY_V4, link: link.Attrs().Index, n: n,
		distinct: os.Args[4] == "distinct", changed: len(os.Args) > 5}
	if os.Args[2] == "6" {
		m.family = netlink.FAMILY_V6
	}
	var k known
	switch os.Args[1] {
	case "flush":
		m.flush()
	case "flannel":
		for i := 0; i < n; i++ {
			m.ensure(&k, m.route(i))
		}
	default:
		for i := 0; i < n; i++ {
			fail(netlink.RouteReplace(m.route(i)))
		}
	}
}
