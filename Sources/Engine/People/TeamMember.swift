// The real people of private work teams. A person's ids follow from account, region, team and name alone, so they are
// the same in every job and on every server; they are stored so that a change of the identity provider makes nobody
// somebody else.

internal import JSON
package import Kernel
package import Labeling
package import Store

/// A member of a private work team.
package struct TeamMember: Hashable, Sendable {
    /// As the person typed it; unique in the team without regard to case.
    package var name: String
    /// The ARN of the work team.
    package var team: String
    /// As worker-response files show the person.
    package var identity: WorkerIdentity

    /// A new member.
    /// - Parameter signIn: the kind of the team's identity provider, and its address.
    package init(
        name: String, team: ARN, account: AccountID, region: Region, signIn: (provider: String, issuer: String)
    ) {
        self.name = name
        self.team = team.description
        let draws = SeededDraws(seed: 0).scoped("member").scoped(account.description).scoped(region.description)
        identity = .privateMember(
            in: region, signIn: signIn, draws.scoped(team.resource.lowercased()).scoped(name.lowercased()))
    }

    /// The member that a resource holds; nil where it holds none.
    package init?(_ resource: Resource) {
        guard resource.name.kind == .worker, let document = try? JSONValue(parsing: resource.document),
            let name = document["name"]?.string, let team = document["team"]?.string,
            let provider = document["provider"]?.string, let issuer = document["issuer"]?.string,
            let subject = document["subject"]?.string
        else { return nil }
        self.name = name
        self.team = team
        identity = WorkerIdentity(
            id: resource.name.name, account: .init(provider: provider, issuer: issuer, subject: subject))
    }

    /// The member as it is stored.
    package func resource(of account: AccountID, in region: Region, created: Instant) -> Resource {
        let document: JSONValue = [
            "name": .string(name), "team": .string(team),
            "provider": .string(identity.account?.provider ?? ""), "issuer": .string(identity.account?.issuer ?? ""),
            "subject": .string(identity.account?.subject ?? ""),
        ]
        return Resource(
            name: ResourceName(.worker, account: account, region: region, name: identity.id), created: created,
            updated: created, document: document.compactBytes)
    }
}
