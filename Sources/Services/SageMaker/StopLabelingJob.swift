// StopLabelingJob. The engine does the rest: what is answered is consolidated, and the outputs so far are written.

internal import Engine
package import Kernel
package import Shapes

extension SageMakerService {
    /// Stops a labeling job; one that has ended stays as it is. AWS reference: StopLabelingJob.
    package func stopLabelingJob(
        _ input: SageMaker.StopLabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let row = try await job(input.labelingJobName, context)
        try await internally(context, logger) { try await engine.stop(row) }
        return EmptyShape()
    }
}
