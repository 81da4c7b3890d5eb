import Engine
import Glibc
import JSON
import Kernel
import Outbound
import TestSupport
import Testing

/// Commands of this machine in the place of functions.
@Suite struct CommandRunnerTests {
    private func fixture(_ script: String, mostBytes: Int = 1000, environment: [String] = []) throws -> FunctionFixture
    {
        let fixture = try FunctionFixture(mostBytes: mostBytes, environment: environment)
        fixture.commands.set([FunctionFixture.function.description: ["/bin/sh", "-c", script]])
        return fixture
    }

    /// A small file; empty where there is none.
    private func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1000)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    @Test func thePayloadGoesInAndTheAnswerComesOut() async throws {
        let fixture = try fixture("cat; echo ignored >&2")
        #expect(try await fixture.caller.isConfigured(FunctionFixture.function))
        #expect(try await fixture.caller.invoke(fixture.call()) == FunctionFixture.payload)
    }

    @Test func largePayloadsPassInBothDirectionsAtOnce() async throws {
        let payload = [UInt8](repeating: 0x61, count: 3 << 20)
        let fixture = try fixture("cat", mostBytes: 3 << 20)
        #expect(try await fixture.caller.invoke(fixture.call(payload)) == payload)
    }

    @Test func aCommandNeedNotReadWhatItIsGiven() async throws {
        let payload = [UInt8](repeating: 0x61, count: 1 << 20)
        let fixture = try fixture("exec echo '{}'", mostBytes: 1 << 20)
        #expect(try await fixture.text(fixture.call(payload)) == "{}\n")
    }

    @Test func itsEnvironmentIsTheOneThatIsGiven() async throws {
        let fixture = try fixture("echo $ACCOUNT $GIVEN $HOME", environment: ["GIVEN=1"])
        #expect(try await fixture.text() == "000000000000 1\n")
    }

    @Test func anotherStatusThanZeroIsAnErrorOfTheFunction() async throws {
        let fixture = try fixture("echo '{}'; echo 'first' >&2; echo '  KeyError: x' >&2; exit 3")
        #expect(try await fixture.failure() == .functionError(type: "exit status 3", message: "first KeyError: x"))
        let silent = try self.fixture("exit 1")
        guard case .functionError("exit status 1", let message) = try await silent.failure() else {
            Issue.record("no error of the function")
            return
        }
        #expect(message.contains("nothing"))
        let killed = try self.fixture("kill -9 $$")
        guard case .functionError("signal 9", _) = try await killed.failure() else {
            Issue.record("no error of the function")
            return
        }
    }

    @Test func onlyTheEndOfALongErrorIsKept() async throws {
        let fixture = try fixture("i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1")
        guard case .functionError(_, let message) = try await fixture.failure() else {
            Issue.record("no error of the function")
            return
        }
        #expect(message.hasSuffix("line 2999") && message.utf8.count <= 600)
    }

    @Test func itEndsWhenItsTimeIsOver() async throws {
        // A child of the command's own goes with it: else the pipe would stay open for a thousand seconds.
        let fixture = try fixture("sleep 1000 & sleep 1000")
        #expect(
            try await fixture.failure(fixture.call(timeLimit: .milliseconds(100))) == .timedOut(.milliseconds(100)))
    }

    @Test func itEndsWhenTheCallIsGivenUp() async throws {
        let folder = try TemporaryFolder(), place = folder.file("started")
        let fixture = try fixture("echo $$ > \(place); sleep 1000")
        let call = fixture.call(timeLimit: .seconds(900))
        let task = Task { try await fixture.caller.invoke(call) }
        while text(of: place).isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func whatItLeavesBehindEndsWithIt() async throws {
        let fixture = try fixture("sleep 1000 >/dev/null 2>&1 & echo $!")
        let child = try #require(pid_t(try await fixture.text().split(separator: "\n")[0]))
        // Gone, or waiting for whoever collects orphans.
        let state = text(of: "/proc/\(child)/stat")
        #expect(state.isEmpty || state.contains(") Z"))
    }

    @Test func tooMuchOutputIsCutOff() async throws {
        let fixture = try fixture("yes")
        #expect(try await fixture.failure() == .answerTooLarge(most: 1000))
    }

    @Test func aMissingProgramCannotBeCalled() async throws {
        let fixture = try FunctionFixture()
        fixture.commands.set([FunctionFixture.function.description: ["/no/such/program"]])
        #expect(
            try await fixture.failure(fixture.call(attempts: 1))
                == .unreachable("/no/such/program: No such file or directory"))
    }

    @Test func anAddressThatWasPutGoesBeforeACommand() async throws {
        try await LoopbackReceiver.serve({ _, _ in .ok("address") }) { receiver in
            let fixture = try fixture("echo command")
            #expect(try await fixture.text() == "command\n")
            try await fixture.put([
                "functions": .object([FunctionFixture.function.description: .string(receiver.url)])
            ])
            #expect(try await fixture.text() == "address")
        }
    }
}
