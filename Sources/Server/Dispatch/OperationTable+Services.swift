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
        addBuckets(s3)
        addObjects(s3)
        addAccess(s3)
        addBucketSettings(s3)
    }

    /// Buckets and their listings.
    private mutating func addBuckets(_ s3: S3Service) {
        add(S3.CreateBucket.self, s3.createBucket)
        add(S3.HeadBucket.self, s3.headBucket)
        add(S3.DeleteBucket.self, s3.deleteBucket)
        add(S3.ListBuckets.self, s3.listBuckets)
        add(S3.GetBucketLocation.self, s3.getBucketLocation)
        add(S3.ListObjects.self, s3.listObjects)
        add(S3.ListObjectsV2.self, s3.listObjectsV2)
        add(S3.ListObjectVersions.self, s3.listObjectVersions)
        add(S3.GetBucketVersioning.self, s3.getBucketVersioning)
        add(S3.PutBucketVersioning.self, s3.putBucketVersioning)
    }

    /// Objects, uploads, tags.
    private mutating func addObjects(_ s3: S3Service) {
        add(S3.DeleteObject.self, s3.deleteObject)
        add(S3.DeleteObjects.self, s3.deleteObjects)
        add(S3.CopyObject.self, s3.copyObject)
        add(S3.GetObjectAttributes.self, s3.getObjectAttributes)
        add(S3.CreateMultipartUpload.self, s3.createMultipartUpload)
        add(S3.UploadPart.self, s3.uploadPart)
        add(S3.UploadPartCopy.self, s3.uploadPartCopy)
        add(S3.CompleteMultipartUpload.self, s3.completeMultipartUpload)
        add(S3.AbortMultipartUpload.self, s3.abortMultipartUpload)
        add(S3.ListParts.self, s3.listParts)
        add(S3.ListMultipartUploads.self, s3.listMultipartUploads)
        add(S3.GetObjectTagging.self, s3.getObjectTagging)
        add(S3.PutObjectTagging.self, s3.putObjectTagging)
        add(S3.DeleteObjectTagging.self, s3.deleteObjectTagging)
        add(S3.GetBucketTagging.self, s3.getBucketTagging)
        add(S3.PutBucketTagging.self, s3.putBucketTagging)
        add(S3.DeleteBucketTagging.self, s3.deleteBucketTagging)
    }

    /// Who may do what, and what must stay.
    private mutating func addAccess(_ s3: S3Service) {
        add(S3.GetBucketPolicy.self, s3.getBucketPolicy)
        add(S3.PutBucketPolicy.self, s3.putBucketPolicy)
        add(S3.DeleteBucketPolicy.self, s3.deleteBucketPolicy)
        add(S3.GetBucketPolicyStatus.self, s3.getBucketPolicyStatus)
        add(S3.GetBucketAcl.self, s3.getBucketAcl)
        add(S3.PutBucketAcl.self, s3.putBucketAcl)
        add(S3.GetObjectAcl.self, s3.getObjectAcl)
        add(S3.PutObjectAcl.self, s3.putObjectAcl)
        add(S3.GetPublicAccessBlock.self, s3.getPublicAccessBlock)
        add(S3.PutPublicAccessBlock.self, s3.putPublicAccessBlock)
        add(S3.DeletePublicAccessBlock.self, s3.deletePublicAccessBlock)
        add(S3.GetBucketOwnershipControls.self, s3.getBucketOwnershipControls)
        add(S3.PutBucketOwnershipControls.self, s3.putBucketOwnershipControls)
        add(S3.DeleteBucketOwnershipControls.self, s3.deleteBucketOwnershipControls)
        add(S3.GetObjectLockConfiguration.self, s3.getObjectLockConfiguration)
        add(S3.PutObjectLockConfiguration.self, s3.putObjectLockConfiguration)
        add(S3.GetObjectRetention.self, s3.getObjectRetention)
        add(S3.PutObjectRetention.self, s3.putObjectRetention)
        add(S3.GetObjectLegalHold.self, s3.getObjectLegalHold)
        add(S3.PutObjectLegalHold.self, s3.putObjectLegalHold)
    }

    /// What else is configured for buckets.
    private mutating func addBucketSettings(_ s3: S3Service) {
        add(S3.GetBucketCors.self, s3.getBucketCors)
        add(S3.PutBucketCors.self, s3.putBucketCors)
        add(S3.DeleteBucketCors.self, s3.deleteBucketCors)
        add(S3.GetBucketLifecycleConfiguration.self, s3.getBucketLifecycleConfiguration)
        add(S3.PutBucketLifecycleConfiguration.self, s3.putBucketLifecycleConfiguration)
        add(S3.DeleteBucketLifecycle.self, s3.deleteBucketLifecycle)
        add(S3.GetBucketEncryption.self, s3.getBucketEncryption)
        add(S3.PutBucketEncryption.self, s3.putBucketEncryption)
        add(S3.DeleteBucketEncryption.self, s3.deleteBucketEncryption)
        add(S3.GetBucketNotificationConfiguration.self, s3.getBucketNotificationConfiguration)
        add(S3.PutBucketNotificationConfiguration.self, s3.putBucketNotificationConfiguration)
        add(S3.GetBucketWebsite.self, s3.getBucketWebsite)
        add(S3.PutBucketWebsite.self, s3.putBucketWebsite)
        add(S3.DeleteBucketWebsite.self, s3.deleteBucketWebsite)
        add(S3.GetBucketLogging.self, s3.getBucketLogging)
        add(S3.PutBucketLogging.self, s3.putBucketLogging)
        add(S3.GetBucketAccelerateConfiguration.self, s3.getBucketAccelerateConfiguration)
        add(S3.PutBucketAccelerateConfiguration.self, s3.putBucketAccelerateConfiguration)
        add(S3.GetBucketRequestPayment.self, s3.getBucketRequestPayment)
        add(S3.PutBucketRequestPayment.self, s3.putBucketRequestPayment)
        add(S3.GetBucketReplication.self, s3.getBucketReplication)
        add(S3.PutBucketReplication.self, s3.putBucketReplication)
        add(S3.DeleteBucketReplication.self, s3.deleteBucketReplication)
    }

    /// The operations that run on the event loop.
    private mutating func addReads(_ s3: S3Service, _ readers: LoopReaders) {
        addImmediate(S3.GetObject.self) { input, request, completion in
            s3.getObject(input, request.context, reader: readers[request.loop]) { result in
                completion(
                    result.map { object in
                        var answer = Answer(
                            ResponseEncoder.encode(S3.GetObject.self, object.output, request.identity),
                            body: object.body, status: object.isPartial ? 206 : nil)
                        answer.isOfWebsite = object.isOfWebsite
                        return answer
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

    /// Adds what is served of SageMaker, and the reading of what its jobs say.
    package mutating func add(_ sageMaker: SageMakerService) {
        add(SageMaker.CreateLabelingJob.self, sageMaker.createLabelingJob)
        add(SageMaker.DescribeLabelingJob.self, sageMaker.describeLabelingJob)
        add(SageMaker.ListLabelingJobs.self, sageMaker.listLabelingJobs)
        add(SageMaker.ListLabelingJobsForWorkteam.self, sageMaker.listLabelingJobsForWorkteam)
        add(SageMaker.StopLabelingJob.self, sageMaker.stopLabelingJob)
        add(SageMaker.CreateWorkteam.self, sageMaker.createWorkteam)
        add(SageMaker.DescribeWorkteam.self, sageMaker.describeWorkteam)
        add(SageMaker.ListWorkteams.self, sageMaker.listWorkteams)
        add(SageMaker.UpdateWorkteam.self, sageMaker.updateWorkteam)
        add(SageMaker.DeleteWorkteam.self, sageMaker.deleteWorkteam)
        add(SageMaker.DescribeSubscribedWorkteam.self, sageMaker.describeSubscribedWorkteam)
        add(SageMaker.ListSubscribedWorkteams.self, sageMaker.listSubscribedWorkteams)
        add(SageMaker.CreateWorkforce.self, sageMaker.createWorkforce)
        add(SageMaker.DescribeWorkforce.self, sageMaker.describeWorkforce)
        add(SageMaker.ListWorkforces.self, sageMaker.listWorkforces)
        add(SageMaker.UpdateWorkforce.self, sageMaker.updateWorkforce)
        add(SageMaker.DeleteWorkforce.self, sageMaker.deleteWorkforce)
        add(SageMaker.CreateHumanTaskUi.self, sageMaker.createHumanTaskUi)
        add(SageMaker.DescribeHumanTaskUi.self, sageMaker.describeHumanTaskUi)
        add(SageMaker.ListHumanTaskUis.self, sageMaker.listHumanTaskUis)
        add(SageMaker.DeleteHumanTaskUi.self, sageMaker.deleteHumanTaskUi)
        add(Control.GetHumanTaskUi.self, sageMaker.getHumanTaskUi)
        add(SageMaker.RenderUiTemplate.self, sageMaker.renderUiTemplate)
        add(SageMaker.AddTags.self, sageMaker.addTags)
        add(SageMaker.DeleteTags.self, sageMaker.deleteTags)
        add(SageMaker.ListTags.self, sageMaker.listTags)
        addTraining(sageMaker)
        addLogs(
            LogsService(
                control: sageMaker.control, jobs: sageMaker.jobs, limits: sageMaker.limits, logger: sageMaker.logger))
        addCheck(of: sageMaker)
    }

    /// What is done with labels: training jobs, models, transform jobs.
    private mutating func addTraining(_ sageMaker: SageMakerService) {
        add(SageMaker.CreateTrainingJob.self, sageMaker.createTrainingJob)
        add(SageMaker.DescribeTrainingJob.self, sageMaker.describeTrainingJob)
        add(SageMaker.ListTrainingJobs.self, sageMaker.listTrainingJobs)
        add(SageMaker.StopTrainingJob.self, sageMaker.stopTrainingJob)
        add(SageMaker.DeleteTrainingJob.self, sageMaker.deleteTrainingJob)
        add(SageMaker.CreateModel.self, sageMaker.createModel)
        add(SageMaker.DescribeModel.self, sageMaker.describeModel)
        add(SageMaker.ListModels.self, sageMaker.listModels)
        add(SageMaker.DeleteModel.self, sageMaker.deleteModel)
        add(SageMaker.CreateTransformJob.self, sageMaker.createTransformJob)
        add(SageMaker.DescribeTransformJob.self, sageMaker.describeTransformJob)
        add(SageMaker.ListTransformJobs.self, sageMaker.listTransformJobs)
        add(SageMaker.StopTransformJob.self, sageMaker.stopTransformJob)
    }

    private mutating func addLogs(_ logs: LogsService) {
        add(Logs.DescribeLogGroups.self, logs.describeLogGroups)
        add(Logs.DescribeLogStreams.self, logs.describeLogStreams)
        add(Logs.GetLogEvents.self, logs.getLogEvents)
        add(Logs.FilterLogEvents.self, logs.filterLogEvents)
    }

    /// Adds STS.
    package mutating func add(_ sts: STSService) {
        add(STS.GetCallerIdentity.self, sts.getCallerIdentity)
        add(STS.GetSessionToken.self, sts.getSessionToken)
        add(STS.AssumeRole.self, sts.assumeRole)
    }

    /// Adds IAM.
    package mutating func add(_ iam: IAMService) {
        add(IAM.CreateRole.self, iam.createRole)
        add(IAM.GetRole.self, iam.getRole)
        add(IAM.DeleteRole.self, iam.deleteRole)
        add(IAM.PutRolePolicy.self, iam.putRolePolicy)
        add(IAM.GetRolePolicy.self, iam.getRolePolicy)
        add(IAM.DeleteRolePolicy.self, iam.deleteRolePolicy)
        add(IAM.ListRolePolicies.self, iam.listRolePolicies)
        add(IAM.ListAttachedRolePolicies.self, iam.listAttachedRolePolicies)
        add(IAM.ListInstanceProfilesForRole.self, iam.listInstanceProfilesForRole)
        add(IAM.GetUser.self, iam.getUser)
    }

    /// Adds the work API.
    package mutating func add(_ work: WorkService) {
        add(Control.ListWorkTeams.self, work.listWorkTeams)
        add(Control.AddWorker.self, work.addWorker)
        add(Control.ListWork.self, work.listWork)
        add(Control.ClaimTask.self, work.claimTask)
        add(Control.SubmitTask.self, work.submitTask)
        add(Control.DeclineTask.self, work.declineTask)
        add(Control.ReleaseTask.self, work.releaseTask)
        add(Control.ListLateAnswers.self, work.listLateAnswers)
    }

    /// Adds the control API. The health paths are answered before the table is asked.
    package mutating func add(_ control: ControlService) {
        add(Control.GetClock.self, control.getClock)
        add(Control.SetClock.self, control.setClock)
        add(Control.GetRules.self, control.getRules)
        add(Control.PutRules.self, control.putRules)
        add(Control.GetFunctions.self, control.getFunctions)
        add(Control.PutFunctions.self, control.putFunctions)
        add(Control.PutSeed.self, control.putSeed)
        add(Control.Reset.self, control.reset)
        add(Control.PutAnswers.self, control.putAnswers)
        add(Control.PutTruth.self, control.putTruth)
        add(Control.DescribeJob.self, control.describeJob)
        add(Control.DeleteJob.self, control.deleteJob)
        add(Control.GetJobTimeline.self, control.getJobTimeline)
        add(Control.GetJobReport.self, control.getJobReport)
        add(Control.WaitForJob.self, control.waitForJob)
        add(Control.ListNotifications.self, control.listNotifications)
        addStreaming(Control.StreamEvents.self, control.streamEvents)
        add(Control.GetVersion.self, control.getVersion)
        add(Control.GetLive.self, control.getLive)
        add(Control.GetReady.self, control.getReady)
    }
}
