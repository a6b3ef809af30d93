//! With programs that are no hosts: what they do is known.

use clock::monotonic;

use super::*;

/// The program gets `word` as the path of its extension.
fn start(program: &str, word: &str) -> (Processes, Poller, Key) {
    let poller = Poller::new().unwrap();
    let mut processes = Processes::new(Ok(program.into()), None, PathBuf::new());
    let key = processes.start(Ok(Path::new(word)), &poller);
    (processes, poller, key)
}

/// What happens until the process is gone: its lines, and the cause.
fn end(processes: &mut Processes, poller: &Poller) -> (Vec<String>, Option<Cause>) {
    let mut lines = Vec::new();
    let mut ready = Vec::new();
    loop {
        while let Some(event) = processes.poll_event() {
            match event {
                Event::Line(_, line) => lines.push(line),
                Event::Gone(_, cause) => return (lines, cause),
                Event::Said(_, message) => panic!("{message:?}"),
            }
        }
        let wait = processes.poll_timeout().map(|due| due.since(monotonic()));
        poller.wait(wait, &mut ready).unwrap();
        for (token, flags) in ready.drain(..) {
            let Token::Host(key, part) = token else {
                panic!("{token:?}");
            };
            processes.handle_ready((key, part), flags, poller, monotonic());
        }
        processes.handle_timeout(poller, monotonic());
    }
}

fn text(cause: Option<Cause>) -> String {
    cause.expect("a cause").text
}

#[test]
fn the_end_of_a_process_is_told_in_words() {
    let (mut processes, poller, key) = start("/bin/cat", "/nowhere/at-all");
    assert!(processes.pid(key).is_some());
    let (lines, cause) = end(&mut processes, &poller);
    assert_eq!(lines.len(), 1);
    let text = text(cause);
    assert!(text.contains("exit status 1: "), "{text}");
    assert!(text.contains("/nowhere/at-all"), "{text}");
    assert_eq!(processes.pid(key), None);
}

#[test]
fn one_that_ends_without_a_word_has_not_ended_well() {
    let (mut processes, poller, _) = start("/bin/true", "x");
    let (_, cause) = end(&mut processes, &poller);
    assert!(text(cause).contains("exit status 0"));
}

#[test]
fn one_that_does_not_read_is_killed_and_nobody_waits_for_it() {
    let (mut processes, poller, key) = start("/bin/sleep", "1000");
    let message = ServiceMessage::ReceivePacket {
        adapter: ihv::seam::AdapterId(1),
        data: vec![0; 1500],
    };
    let began = monotonic();
    for _ in 0..3000 {
        processes.tell(key, &message, &poller);
    }
    assert!(monotonic().since(began).as_secs() < 30);
    let queued = processes.rows[&key].queue.len();
    assert_eq!(queued, QUEUE_MESSAGES);
    let (_, cause) = end(&mut processes, &poller);
    assert!(text(cause).contains("does not read"));
}

#[test]
fn one_that_outlives_its_time_is_killed() {
    let (mut processes, poller, key) = start("/bin/sleep", "1000");
    processes.limit(key, monotonic() + Duration::from_millis(50));
    let (_, cause) = end(&mut processes, &poller);
    assert!(text(cause).contains("did not end in time"));
}

#[test]
fn one_that_is_killed_on_demand_tells_the_signal() {
    let (mut processes, poller, key) = start("/bin/sleep", "1000");
    processes.kill(key, None);
    let (_, cause) = end(&mut processes, &poller);
    assert!(text(cause).contains("signal 9 (SIGKILL)"));
}

#[test]
fn one_that_cannot_be_started_is_gone_at_once() {
    for program in ["/nowhere/at-all", "/etc/passwd"] {
        let (mut processes, poller, key) = start(program, "x");
        assert_eq!(processes.pid(key), None);
        let (_, cause) = end(&mut processes, &poller);
        assert!(text(cause).contains("could not be started"));
    }
}

#[test]
fn none_is_left_when_the_last_word_is_said() {
    let (mut processes, _poller, key) = start("/bin/sleep", "1000");
    let pid = processes.rows[&key].pid;
    processes.finish();
    assert!(rustix::process::test_kill_process(pid).is_err());
}

#[test]
fn a_line_without_end_is_cut() {
    let (mut processes, poller, _) = start("/bin/cat", &"x".repeat(3000));
    let (lines, _) = end(&mut processes, &poller);
    assert!(lines.len() > 5);
    assert!(lines.iter().all(|line| line.len() <= LINE));
}
