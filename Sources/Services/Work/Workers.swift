// Teams and their people. Nobody has a password: who signs in picks a team and a name, and a new name is a new member.
// What a sign-in is worth is decided before it gets here: on loopback nothing, elsewhere the control token.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension WorkService {
    /// Lists the private teams with their people, and with the jobs that wait for them.
    package func listWorkTeams(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let (teams, people) = try await internally(context, controls.logger) {
            (
                try await controls.control.resources(.workteam, account: context.account, region: context.region),
                try await controls.control.resources(.worker, account: context.account, region: context.region)
            )
        }
        let jobs = try await openJobs(context)
        let members = people.compactMap { TeamMember($0) }.sorted { $0.name.lowercased() < $1.name.lowercased() }
        let shown = teams.map { team -> JSONValue in
            let arn = team.name.workteamARN.description
            return [
                "name": .string(team.name.name), "arn": .string(arn), "description": team.members["description"] ?? "",
                "workers": .array(members.filter { $0.team == arn }.map(\.json)),
                "jobs": .array(
                    jobs.filter { $0.specification.workteamArn == arn }.map { .string($0.specification.name) }),
            ]
        }
        return answer(["teams": .array(shown)])
    }

    /// Signs a person in: finds the member of a team by name, or makes one.
    package func addWorker(
        _ input: Control.AddWorkerRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let team = ResourceName(.workteam, account: context.account, region: context.region, name: input.team)
        let (member, isNew) = try await controls.addMember(input.name, to: team, context)
        return answer(["worker": member.json, "isNew": .bool(isNew)])
    }
}

extension ControlService {
    /// Makes a person a member of a private team, unless the team has one of that name.
    func addMember(
        _ name: String, to team: ResourceName, _ context: RequestContext
    ) async throws(ServiceError) -> (member: TeamMember, isNew: Bool) {
        let name = try Self.personName(name)
        let (resource, workforces) = try await internally(context, logger) {
            (
                try await control.resource(team),
                try await control.resources(.workforce, account: team.account, region: team.region)
            )
        }
        guard let resource else {
            throw ServiceError(
                "ResourceNotFound", status: 404,
                "There is no private work team \(team.name) in account \(team.account) in \(team.region).")
        }
        let member = TeamMember(
            name: name, team: resource.name.workteamARN, account: team.account, region: team.region,
            signIn: Self.signIn(to: resource, workforces))
        return try await keep(member, team, context)
    }

    private func keep(
        _ member: TeamMember, _ team: ResourceName, _ context: RequestContext
    ) async throws(ServiceError) -> (member: TeamMember, isNew: Bool) {
        let resource = member.resource(of: team.account, in: team.region, created: context.now)
        let (present, size) = try await internally(context, logger) {
            let people = try await control.resources(.worker, account: team.account, region: team.region)
            let colleagues = people.compactMap { TeamMember($0) }.filter { $0.team == member.team }
            return (colleagues.first { $0.identity.id == member.identity.id }, colleagues.count)
        }
        if let present { return (present, false) }
        guard size < limits.workersPerTeam else {
            throw .resourceLimitExceeded("A work team has at most \(limits.workersPerTeam) members here.")
        }
        switch try await internally(context, logger, { try await control.create(resource, limit: limits.workers) }) {
        case .created: return (member, true)
        case .nameTaken: return (member, false)
        case .limitReached:
            throw .resourceLimitExceeded("An account has at most \(limits.workers) workers in a region here.")
        }
    }

    private static func personName(_ text: String) throws(ServiceError) -> String {
        let name = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !name.isEmpty, !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .validation("Value '\(text)' at 'name' is no name of a person: it needs characters that can be seen.")
        }
        return name
    }

    /// Where members of a team sign in: the team's user pool, else the workforce's OIDC provider, else the team's own
    /// portal.
    private static func signIn(to team: Resource, _ workforces: [Resource]) -> (provider: String, issuer: String) {
        let members = team.members["memberDefinitions"]?.array ?? []
        if let pool = members.first?["CognitoMemberDefinition"]?["UserPool"]?.string {
            return ("Cognito", WorkerIdentity.issuer(ofUserPool: pool, in: team.name.region))
        }
        let issuer = workforces.compactMap { $0.members["oidcConfig"]?["Issuer"]?.string }.first
        let portal =
            team.members["subDomain"]?.string
            ?? "\(team.name.name.lowercased()).labeling.\(team.name.region).sagemaker.aws"
        return ("Oidc", issuer ?? "https://" + portal)
    }
}

extension TeamMember {
    /// As the work API shows a person.
    var json: JSONValue { ["id": .string(identity.id), "name": .string(name), "team": .string(team)] }
}
