// Learners of the user's own: where they are called, and how they read objects. Addresses are presigned with temporary
// credentials of the job's account, so that reading is decided when it happens, as for any request.

import Engine
import Kernel
import Labeling
import Outbound
import Signing

/// Calls outside learners over HTTP.
struct OutsideAccess: OutsideLearners {
    let rules: OutboundRules
    /// Where this server is, once it listens.
    let endpoint: OwnEndpoint
    let credentials: SessionCredentials
    /// Presigned addresses end by real time.
    let wallClock: WallClock
    let entropy: SystemEntropy
    let limits: Limits

    func learner(at url: String) throws -> any OutsideLearner {
        do throws(OutboundAddress.Refusal) { return try HTTPOutsideLearner(url, rules, limits: limits) } catch {
            throw NoLearner(error.description)
        }
    }

    func address(of object: S3URI, account: AccountID, region: Region, for lifetime: Duration) -> String {
        let now = wallClock.now(), base = endpoint.text
        let session = SessionIdentity(
            arn: "arn:aws:sts::\(account):assumed-role/groundwork-learner/outside",
            userID: "AROAGROUNDWORKLEARNER:outside")
        let signer = RequestSigner(
            credentials.issue(for: account, session, until: now + lifetime, entropy), region: region, service: "s3")
        let path = "/\(object.bucket)/" + PercentEncoding.encode(object.key, keepingSlashes: true)
        let host = base.split(separator: "/").last.map { String($0) } ?? ""
        let head = RequestHead(method: "GET", target: path, headers: HeaderFields([("host", host)]))
        return "\(base)\(path)?\(signer.presign(head, lifetime: lifetime, at: now).query)"
    }
}
