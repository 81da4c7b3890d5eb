// The worker-response file: all answers to one object, as the service has written it since 2020.

internal import JSON
package import Kernel

/// Who answered, as worker-response files name people.
package struct WorkerIdentity: Hashable, Sendable {
    /// `private.<region>.<16 hexadecimal digits>` or `public.<region>.<26 letters and digits>`.
    package var id: String
    /// Given for members of private teams.
    package var account: Account?

    /// The account that a member of a private team signs in with.
    package struct Account: Hashable, Sendable {
        /// `Cognito` or `Oidc`.
        package var provider: String
        /// `iss` of the worker's sign-in token: the address of the user pool or provider.
        package var issuer: String
        /// `sub` of that token: the person's id there.
        package var subject: String

        package init(provider: String, issuer: String, subject: String) {
            self.provider = provider
            self.issuer = issuer
            self.subject = subject
        }
    }

    package init(id: String, account: Account? = nil) {
        self.id = id
        self.account = account
    }
}

/// One worker's answer to one object, as it was submitted.
package struct WorkerAnswer: Hashable, Sendable {
    /// Who answered.
    package var worker: WorkerIdentity
    /// The `answerContent`: a JSON object keyed by the widgets' names.
    package var content: [UInt8]
    /// Job time at which the worker took the task.
    package var acceptedAt: Instant
    /// Job time at which the answer came.
    package var submittedAt: Instant
    /// Active time, without pauses.
    package var timeSpent: Duration

    package init(
        worker: WorkerIdentity, content: [UInt8], acceptedAt: Instant, submittedAt: Instant, timeSpent: Duration
    ) {
        self.worker = worker
        self.content = content
        self.acceptedAt = acceptedAt
        self.submittedAt = submittedAt
        self.timeSpent = timeSpent
    }
}

/// The file of all answers to one object.
package enum WorkerResponseFile {
    /// The file's bytes; answers stand in the order of submission, equal times in the order given.
    package static func bytes(_ answers: [WorkerAnswer]) -> [UInt8] {
        var file = JSONWriter(reserving: 64 + answers.count * 512)
        file.beginObject()
        file.name("answers")
        file.beginArray()
        let ordered = answers.enumerated().sorted {
            ($0.element.submittedAt, $0.offset) < ($1.element.submittedAt, $1.offset)
        }
        for (_, answer) in ordered { write(answer, to: &file) }
        file.endArray()
        file.endObject()
        return file.bytes
    }

    private static func write(_ answer: WorkerAnswer, to file: inout JSONWriter) {
        file.beginObject()
        file.name("acceptanceTime")
        file.string(answer.acceptedAt.iso8601Milliseconds)
        file.name("answerContent")
        file.raw(answer.content)
        file.name("submissionTime")
        file.string(answer.submittedAt.iso8601Milliseconds)
        file.name("timeSpentInSeconds")
        file.raw(thousandths(answer.timeSpent).utf8)
        file.name("workerId")
        file.string(answer.worker.id)
        if let account = answer.worker.account {
            file.name("workerMetadata")
            file.beginObject()
            file.name("identityData")
            file.beginObject()
            file.name("identityProviderType")
            file.string(account.provider)
            file.name("issuer")
            file.string(account.issuer)
            file.name("sub")
            file.string(account.subject)
            file.endObject()
            file.endObject()
        }
        file.endObject()
    }

    /// Seconds with three decimals; what is finer than a millisecond is dropped.
    private static func thousandths(_ duration: Duration) -> String {
        let milliseconds = max(duration.inMicroseconds / 1000, 0)
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
