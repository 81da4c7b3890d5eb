// The work API: how real people and bots take tasks of labeling jobs and give them back. Part of the control API, one
// file per subject; the page for people is a client of it like any other.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
internal import Shapes
package import Signing
internal import Store

/// The work operations of one program.
package struct WorkService: Sendable {
    /// Engine, stores, clock and limits, and how requests name accounts and regions.
    let controls: ControlService
    /// Signs the addresses of objects.
    let credentials: SessionCredentials
    /// For access keys of temporary credentials.
    let entropy: any Entropy

    /// Shares everything else with the control API.
    package init(_ controls: ControlService, credentials: SessionCredentials, entropy: any Entropy) {
        self.controls = controls
        self.credentials = credentials
        self.entropy = entropy
    }
}

/// A job that real people may work on now.
struct OpenJob: Sendable {
    var row: JobRow
    var specification: LabelingJobSpecification
}

extension WorkService {
    /// The worker of an id.
    func worker(_ id: String, _ context: RequestContext) async throws(ServiceError) -> TeamMember {
        let name = ResourceName(.worker, account: context.account, region: context.region, name: id)
        let resource = try await internally(context, controls.logger) { try await controls.control.resource(name) }
        guard let member = resource.flatMap({ TeamMember($0) }) else {
            throw ServiceError(
                "ResourceNotFound", status: 404,
                "There is no worker \(id) in account \(context.account) in \(context.region). Sign in with a team and "
                    + "a name: POST /_groundwork/work/workers.")
        }
        return member
    }

    /// The jobs that real people may work on, oldest first.
    func openJobs(
        of team: String? = nil, _ context: RequestContext
    ) async throws(ServiceError) -> [OpenJob] {
        try await internally(context, controls.logger) {
            var open: [OpenJob] = []
            for job in try await controls.jobs.activeJobs().map(\.id).sorted() {
                guard let row = try await controls.jobs.job(job), row.name.account == context.account,
                    row.name.region == context.region, let found = Self.openJob(row),
                    team.map({ $0 == found.specification.workteamArn }) ?? true
                else { continue }
                open.append(found)
            }
            return open
        }
    }

    static func openJob(_ row: JobRow) -> OpenJob? {
        guard !row.isTerminal, let specification = LabelingJobSpecification(decoding: row.specification),
            specification.steering.workforce == .portal
        else { return nil }
        return OpenJob(row: row, specification: specification)
    }

    func answer(_ value: JSONValue) -> Control.DocumentResponse { controls.answer(value) }
}
