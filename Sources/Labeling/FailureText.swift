// Every text with which a job or an object fails. The service's own wording is mostly unknown: texts start with the
// class of the error, then name file, line and value, so that the reader can act.

internal import Kernel

/// Why a labeling job failed: its `FailureReason`.
package enum FailureText {
    /// Cut to what `FailureReason` can hold.
    package static func bounded(_ text: String) -> String {
        let most = Limits().failureReasonCharacters
        return text.unicodeScalars.count <= most
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(most - 1))) + "…"
    }

    /// The manifest is missing, or the job's account may not read it.
    package static func manifestUnreadable(_ uri: String, cause: String) -> String {
        clientError("The input manifest \(uri) could not be read: \(cause).")
    }
    /// A line breaks the rules that hold for the whole file; lines count from 1.
    package static func manifest(_ uri: String, _ error: ManifestError) -> String {
        switch error {
        case .notAnObject(let line): clientError("Line \(line) of \(uri) is not a valid JSON object.")
        case .lineTooLong(let line, let most):
            clientError("Line \(line) of \(uri) has more than \(most) characters.")
        }
    }
    /// No line of a truth manifest has an attribute that says what simulated people are to know.
    package static func truthUnusable(_ uri: String, attribute: String) -> String {
        clientError("No line of the truth manifest \(uri) has a source and, in \"\(attribute)\", truth for this task.")
    }
    /// There is nothing to label.
    package static func manifestEmpty(_ uri: String) -> String {
        clientError("The input manifest \(uri) has no lines.")
    }
    /// More lines than the quota of the task type.
    package static func tooManyObjects(_ count: Int, most: Int) -> String {
        clientError("The input manifest has \(count) objects; this task type allows \(most).")
    }
    /// The label category file cannot be read, or breaks a rule.
    package static func labelCategories(_ uri: String, cause: String) -> String {
        clientError("The label category file \(uri) is not valid: \(cause).")
    }
    /// The worker task template cannot be read.
    package static func template(_ uri: String, cause: String) -> String {
        clientError("The worker task template \(uri) could not be read: \(cause).")
    }

    /// Automated labeling has a minimum (developer guide, "Automate data labeling").
    package static func tooFewObjectsToAutomate(_ count: Int, minimum: Int) -> String {
        clientError("Automated data labeling needs at least \(minimum) objects; the manifest has \(count).")
    }
    /// More than a tenth of the first sample failed, which ends an automated job (developer guide).
    package static func firstSampleFailed(_ failed: Int, of sample: Int) -> String {
        clientError("\(failed) of \(sample) objects in the first sample failed, above the limit of 10 percent.")
    }
    /// The public workforce may see no personal data: the request must declare that there is none.
    package static var personalDataUndeclared: String {
        clientError(
            "The public workforce needs the FreeOfPersonallyIdentifiableInformation declaration.")
    }
    /// A job has 30 days (developer guide).
    package static var expired: String { clientError("The labeling job did not finish within 30 days.") }
    /// `InitialActiveLearningModelArn` leads to no model that this server can read.
    package static func initialModel(_ arn: String, cause: String) -> String {
        clientError("The initial active learning model \(arn) could not be used: \(cause).")
    }
    /// The job's account may not write there, or the bucket is gone.
    package static func outputRefused(_ uri: String, cause: String) -> String {
        clientError("The output could not be written to \(uri): \(cause).")
    }
    /// A function of the customer's own cannot be called, or is called in vain.
    package static func function(_ arn: String, cause: String) -> String {
        clientError("The function \(arn) failed: \(cause.hasSuffix(".") ? String(cause.dropLast()) : cause).")
    }
    /// A rule or tag asked for this end.
    package static func outcomeForced(phase: String) -> String {
        clientError("A rule of this server made the labeling job fail in the phase \(phase).")
    }
    /// A fault of this server, after it has been tried again.
    package static func internalError(_ cause: String) -> String { bounded("InternalServerError: \(cause)") }

    private static func clientError(_ text: String) -> String { bounded("ClientError: " + text) }
}

/// Why one object has no label: the `failure-reason` of its metadata.
package enum ObjectFailureText {
    /// Nobody answered while the task was available. The first words are the service's; its list of possible reasons
    /// follows in the same order.
    package static let expired =
        "ClientError: Annotation tasks expired. Nobody's answer arrived while the object was offered. Look for: a task "
        + "availability lifetime that is too short; a price per task that is too low; a custom template that does not "
        + "work; an object that is damaged or too large to show; workers who all declined the task."
    /// As many workers declined as were asked.
    package static let declined =
        "ClientError: Annotation tasks expired. As many workers declined the object as were asked to label it."
    /// Answers came, but none of them fits the task.
    package static let unusableAnswers =
        "ClientError: The annotations of this object could not be consolidated: no answer fits the task. Look for: "
        + "labels that the category file does not have; more than \(Limits().shapesPerAnswer) boxes or entities in one "
        + "answer; a template whose answers have another form."
    /// The image is missing, or the job's account may not read it.
    package static func unreadable(_ uri: String, cause: String) -> String {
        FailureText.bounded("ClientError: The object \(uri) could not be read: \(cause).")
    }
    /// A manifest line that does not name one source in the right way.
    package static func unusableLine(_ cause: String) -> String {
        FailureText.bounded("ClientError: The manifest line names no usable object: \(cause).")
    }

    /// A function of the customer's own failed for this object, or broke its contract.
    package static func function(_ arn: String, cause: String) -> String { FailureText.function(arn, cause: cause) }
    /// The bytes are no image that can be read, or it is too large.
    package static func notAnImage(_ uri: String, cause: String) -> String {
        FailureText.bounded("ClientError: The object \(uri) is not a usable image: \(cause).")
    }
}
