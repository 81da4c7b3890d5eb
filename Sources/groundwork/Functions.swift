// Functions of the customer's own, put together: who calls them, and what a command that stands for one finds in its
// environment. As in Lambda, that is a key of the job's account, and here also where this server is, so that unchanged
// code with an AWS client works on the job's files.

import Engine
import Kernel
import Outbound
import Signing
import Store
import Synchronization

/// What the program calls functions with.
struct Functions {
    let commands = FunctionCommands()
    let runner: CommandRunner
    let caller: HTTPFunctionCaller
    /// Where this server is, once it listens.
    let endpoint = OwnEndpoint()

    init(
        _ settings: ServeSettings, control: any ControlStore, credentials: SessionCredentials, wallClock: WallClock,
        entropy: SystemEntropy, limits: Limits
    ) throws {
        let inherited = settings.environment, endpoint = endpoint
        runner = CommandRunner(limits: limits) { call in
            let session = SessionIdentity(
                arn: "arn:aws:sts::\(call.account):assumed-role/groundwork-function/command",
                userID: "AROAGROUNDWORKCOMMAND:command")
            let key = credentials.issue(
                for: call.account, session, until: wallClock.now() + call.timeLimit + .seconds(60), entropy)
            var variables = inherited
            variables["AWS_ACCESS_KEY_ID"] = key.accessKey
            variables["AWS_SECRET_ACCESS_KEY"] = key.secret
            variables["AWS_SESSION_TOKEN"] = key.sessionToken
            variables["AWS_REGION"] = call.function.region
            variables["AWS_DEFAULT_REGION"] = call.function.region
            variables["AWS_ENDPOINT_URL"] = endpoint.text
            variables["AWS_PROFILE"] = nil
            variables["GROUNDWORK_CONTROL_TOKEN"] = nil
            return variables.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        }
        do {
            caller = try HTTPFunctionCaller(
                control: control, endpoint: settings.lambdaEndpoint, commands: commands, runner: runner,
                rules: OutboundRules(allowing: settings.allowedOutbound), clock: wallClock, limits: limits)
        } catch {
            throw SettingResolver.Refusal(description: "--lambda-endpoint: \(error)")
        }
    }
}

/// The address of the server itself.
final class OwnEndpoint: Sendable {
    private let value = Mutex("")

    var text: String { value.withLock { $0 } }

    func set(_ text: String) { value.withLock { $0 = text } }
}
