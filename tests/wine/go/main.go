// A program in Go, as they are written without cgo: wlanapi.dll by name, structures by hand, a callback that
// the Go runtime made, on a thread that it did not.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

var (
	wlanapi      = syscall.NewLazyDLL("wlanapi.dll")
	openHandle   = wlanapi.NewProc("WlanOpenHandle")
	closeHandle  = wlanapi.NewProc("WlanCloseHandle")
	freeMemory   = wlanapi.NewProc("WlanFreeMemory")
	register     = wlanapi.NewProc("WlanRegisterNotification")
	initSettings = wlanapi.NewProc("WlanHostedNetworkInitSettings")
	setProperty  = wlanapi.NewProc("WlanHostedNetworkSetProperty")
	setKey       = wlanapi.NewProc("WlanHostedNetworkSetSecondaryKey")
	startUsing   = wlanapi.NewProc("WlanHostedNetworkStartUsing")
	stopUsing    = wlanapi.NewProc("WlanHostedNetworkStopUsing")
	queryStatus  = wlanapi.NewProc("WlanHostedNetworkQueryStatus")
)

const sourceHostedNetwork = 0x80

type dot11SSID struct {
	length uint32
	ssid   [32]byte
}

type connectionSettings struct {
	ssid     dot11SSID
	maxPeers uint32
}

type status struct {
	state     uint32
	device    syscall.GUID
	bssid     [6]byte
	phy       uint32
	frequency uint32
	peerCount uint32
	peers     [1]struct {
		mac  [6]byte
		auth uint32
	}
}

type notification struct {
	source uint32
	code   uint32
	device syscall.GUID
	size   uint32
	data   unsafe.Pointer
}

var failures int

func check(what string, holds bool, seen ...interface{}) {
	if holds {
		fmt.Printf("ok      %s\n", what)
	} else {
		fmt.Printf("FAILED  %s: %v\n", what, seen)
		failures++
	}
}

func call(what string, proc *syscall.LazyProc, arguments ...uintptr) {
	code, _, _ := proc.Call(arguments...)
	check(what, code == 0, syscall.Errno(code))
}

func main() {
	var handle uintptr
	var version, reason uint32
	states := make(chan uint32, 16)
	callback := syscall.NewCallback(func(what *notification, context uintptr) uintptr {
		if what.source == sourceHostedNetwork && what.code == 0x1000 && context == 4711 {
			states <- *(*uint32)(unsafe.Add(what.data, 4))
		}
		return 0
	})
	call("a handle", openHandle, 2, 0, uintptr(unsafe.Pointer(&version)), uintptr(unsafe.Pointer(&handle)))
	check("of version 2", version == 2, version)
	call("settings are made", initSettings, handle, uintptr(unsafe.Pointer(&reason)), 0)
	settings := connectionSettings{maxPeers: 5}
	settings.ssid.length = uint32(copy(settings.ssid.ssid[:], "gopher"))
	call("a name", setProperty, handle, 0, unsafe.Sizeof(settings), uintptr(unsafe.Pointer(&settings)),
		uintptr(unsafe.Pointer(&reason)), 0)
	key := append([]byte("come as you are"), 0)
	call("a key", setKey, handle, uintptr(len(key)), uintptr(unsafe.Pointer(&key[0])), 1, 1,
		uintptr(unsafe.Pointer(&reason)), 0)
	call("notifications", register, handle, sourceHostedNetwork, 1, callback, 4711, 0, 0)
	call("the network starts", startUsing, handle, uintptr(unsafe.Pointer(&reason)), 0)
	select {
	case state := <-states:
		check("which is told", state == 2, state)
	case <-time.After(20 * time.Second):
		check("which is told", false)
	}

	var threads sync.WaitGroup
	for i := 0; i < 8; i++ {
		threads.Add(1)
		go func() {
			defer threads.Done()
			for j := 0; j < 100; j++ {
				var current *status
				code, _, _ := queryStatus.Call(handle, uintptr(unsafe.Pointer(&current)), 0)
				if code != 0 || current.state != 2 || current.peerCount != 0 {
					check("a goroutine asks", false, code)
					return
				}
				freeMemory.Call(uintptr(unsafe.Pointer(current)))
			}
		}()
	}
	threads.Wait()
	check("eight goroutines asked a hundred times", failures == 0)

	call("the network stops", stopUsing, handle, 0, 0)

	output, err := exec.Command("netsh", "wlan", "show", "hostednetwork").Output()
	check("netsh is run", err == nil, err)
	found := regexp.MustCompile(`(?m)^\s*SSID name\s*:\s*"(.*)"\r?$`).FindSubmatch(output)
	check("and its answer read", found != nil && string(found[1]) == "gopher", string(output))
	err = exec.Command("netsh", "wlan", "set", "hostednetwork", "mode=allow", "ssid=two words", "key=12345678").Run()
	check("arguments with blanks come through", err == nil, err)
	err = exec.Command("netsh", "wlan", "set", "hostednetwork", "key=short").Run()
	exit, is := err.(*exec.ExitError)
	check("a refusal is an exit status", is && exit.ExitCode() == 1, err)
	call("the end", closeHandle, handle, 0)
	if failures != 0 {
		os.Exit(1)
	}
}
