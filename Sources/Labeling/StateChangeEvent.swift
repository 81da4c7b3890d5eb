// The event that EventBridge gets when a job comes to a status (developer guide: labeling job status). The guide speaks
// of the three statuses that a job ends in; the same event for the others is ours, and marked where events are listed.

package import JSON
package import Kernel

extension LabelingJobSpecification {
    /// The event that says that the job has come to a status.
    ///
    /// - Parameter time: server time, as Describe shows it for the change.
    package func stateChangeEvent(id: String, status: String, at time: Instant) -> JSONValue {
        [
            "version": "0", "id": .string(id),
            "detail-type": "SageMaker Ground Truth Labeling Job State Change", "source": "aws.sagemaker",
            "account": .string(account.description), "time": .string(time.iso8601Seconds),
            "region": .string(region.description), "resources": [.string(arn.description)],
            "detail": ["LabelingJobStatus": .string(status)],
        ]
    }

    /// Whether the service is documented to send an event for a status.
    package static func isStateChangeDocumented(_ status: String) -> Bool {
        ["Completed", "Failed", "Stopped"].contains(status)
    }
}
