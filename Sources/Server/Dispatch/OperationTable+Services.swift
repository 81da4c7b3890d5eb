// Which function of Services performs which operation. One line per operation; a served operation without a line is
// found at start (`OperationTable.missing`).

internal import Kernel
internal import Objects
package import Services
internal import Shapes
internal import Store
internal import Wire

extension OperationTable {
    /// Adds S3.
    /// - Parameter readers: one reader per event loop, used on that loop only.
    package mutating func add(_ s3: S3Service, readers: LoopReaders) {
        addReads(s3, readers)
        add(S3.CreateBucket.self, s3.createBucket)
        add(S3.HeadBucket.self, s3.headBucket)
        add(S3.DeleteBucket.self, s3.deleteBucket)
        add(S3.ListBuckets.self, s3.listBuckets)
        add(S3.GetBucketLocation.self, s3.getBucketLocation)
        add(S3.GetBucketVersioning.self, s3.getBucketVersioning)
        add(S3.DeleteObject.self, s3.deleteObject)
        add(S3.DeleteObjects.self, s3.deleteObjects)
        add(S3.CopyObject.self, s3.copyObject)
        add(S3.ListObjects.self, s3.listObjects)
        add(S3.ListObjectsV2.self, s3.listObjectsV2)
        add(S3.CreateMultipartUpload.self, s3.createMultipartUpload)
        add(S3.UploadPart.self, s3.uploadPart)
        add(S3.UploadPartCopy.self, s3.uploadPartCopy)
        add(S3.CompleteMultipartUpload.self, s3.completeMultipartUpload)
        add(S3.AbortMultipartUpload.self, s3.abortMultipartUpload)
        add(S3.ListParts.self, s3.listParts)
        add(S3.ListMultipartUploads.self, s3.listMultipartUploads)
        add(S3.PutBucketCors.self, s3.putBucketCors)
        add(S3.GetBucketCors.self, s3.getBucketCors)
        add(S3.DeleteBucketCors.self, s3.deleteBucketCors)
        add(S3.PutObjectTagging.self, s3.putObjectTagging)
        add(S3.GetObjectTagging.self, s3.getObjectTagging)
        add(S3.DeleteObjectTagging.self, s3.deleteObjectTagging)
        add(S3.PutBucketTagging.self, s3.putBucketTagging)
        add(S3.GetBucketTagging.self, s3.getBucketTagging)
        add(S3.DeleteBucketTagging.self, s3.deleteBucketTagging)
    }

    /// The operations that run on the event loop.
    private mutating func addReads(_ s3: S3Service, _ readers: LoopReaders) {
        addImmediate(S3.GetObject.self) { input, request, completion in
            s3.getObject(input, request.context, reader: readers[request.loop]) { result in
                completion(
                    result.map { object in
                        Answer(
                            ResponseEncoder.encode(S3.GetObject.self, object.output, request.identity),
                            body: object.body, status: object.isPartial ? 206 : nil)
                    })
            }
        }
        addImmediate(S3.HeadObject.self) { input, request, completion in
            s3.headObject(input, request.context, reader: readers[request.loop]) { result in
                completion(
                    result.map { object in
                        Answer(
                            ResponseEncoder.encode(S3.HeadObject.self, object.output, request.identity), body: .none,
                            status: object.isPartial ? 206 : nil)
                    })
            }
        }
        addImmediate(S3.PutObject.self) { input, request, completion in
            s3.putObject(input, request.context, reader: readers[request.loop]) { result in
                completion(
                    result.map { Answer(ResponseEncoder.encode(S3.PutObject.self, $0, request.identity)) })
            }
        }
    }

    /// Adds the labeling part of SageMaker.
    package mutating func add(_ sageMaker: SageMakerService) {
        add(SageMaker.CreateLabelingJob.self, sageMaker.createLabelingJob)
        add(SageMaker.DescribeLabelingJob.self, sageMaker.describeLabelingJob)
        add(SageMaker.ListLabelingJobs.self, sageMaker.listLabelingJobs)
        add(SageMaker.StopLabelingJob.self, sageMaker.stopLabelingJob)
        add(SageMaker.CreateWorkteam.self, sageMaker.createWorkteam)
        add(SageMaker.DescribeWorkteam.self, sageMaker.describeWorkteam)
        add(SageMaker.ListWorkteams.self, sageMaker.listWorkteams)
        add(SageMaker.DeleteWorkteam.self, sageMaker.deleteWorkteam)
        add(SageMaker.CreateWorkforce.self, sageMaker.createWorkforce)
        add(SageMaker.DescribeWorkforce.self, sageMaker.describeWorkforce)
        add(SageMaker.AddTags.self, sageMaker.addTags)
        add(SageMaker.DeleteTags.self, sageMaker.deleteTags)
        add(SageMaker.ListTags.self, sageMaker.listTags)
    }

    /// Adds STS.
    package mutating func add(_ sts: STSService) {
        add(STS.GetCallerIdentity.self, sts.getCallerIdentity)
    }

    /// Adds the control API. The health paths are answered before the table is asked.
    package mutating func add(_ control: ControlService) {
        add(Control.GetClock.self, control.getClock)
        add(Control.SetClock.self, control.setClock)
        add(Control.GetRules.self, control.getRules)
        add(Control.PutRules.self, control.putRules)
        add(Control.PutSeed.self, control.putSeed)
        add(Control.Reset.self, control.reset)
        add(Control.PutAnswers.self, control.putAnswers)
        add(Control.PutTruth.self, control.putTruth)
        add(Control.DescribeJob.self, control.describeJob)
        add(Control.DeleteJob.self, control.deleteJob)
        add(Control.GetJobTimeline.self, control.getJobTimeline)
        add(Control.GetJobReport.self, control.getJobReport)
        add(Control.WaitForJob.self, control.waitForJob)
        add(Control.GetVersion.self, control.getVersion)
        add(Control.GetLive.self, control.getLive)
        add(Control.GetReady.self, control.getReady)
    }
}
