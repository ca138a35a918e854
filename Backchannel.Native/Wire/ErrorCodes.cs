namespace Backchannel.Native.Wire;

/// <summary>The values of <c>error</c> in an error answer, grouped by the HTTP status that carries them.</summary>
/// <remarks>Decide by these, never by the message text.</remarks>
internal static class ErrorCodes
{
    // 400
    public const string InvalidJson = "invalid_json";

    /// <summary>Of this bus, not of the reference.</summary>
    public const string InvalidBody = "invalid_body";

    // 401
    public const string Unauthorized = "unauthorized";
    public const string ApiKeyRequired = "api_key_required";
    public const string AdminUnauthorized = "admin_unauthorized";

    // 403
    public const string ChannelAccessDenied = "channel_access_denied";
    public const string Forbidden = "forbidden";
    public const string ActorForbidden = "actor_forbidden";
    public const string InsufficientScope = "insufficient_scope";
    public const string MintingClosed = "minting_closed";
    public const string AdminDisabled = "admin_disabled";

    // 404
    public const string NotFound = "not_found";
    public const string ChannelNotFound = "channel_not_found";
    public const string MessageNotFound = "message_not_found";
    public const string ActorNotFound = "actor_not_found";
    public const string WebhookNotFound = "webhook_not_found";
    public const string InvitationNotFound = "invitation_not_found";
    public const string AccessRequestNotFound = "access_request_not_found";
    public const string SessionNotFound = "session_not_found";
    public const string ResultNotReady = "result_not_ready";

    /// <summary>Of this bus, not of the reference.</summary>
    public const string FileNotFound = "file_not_found";

    // 408; of this bus, not of the reference
    public const string RequestTimeout = "request_timeout";

    // 409
    public const string AlreadyClaimed = "already_claimed";
    public const string NotClaimed = "not_claimed";

    /// <summary>Of this bus, not of the reference; only to requests that name a session.</summary>
    public const string AlreadyAcknowledged = "already_acknowledged";

    // Of this bus, not of the reference: what a task's life does not allow.
    public const string TaskCancelled = "task_cancelled";
    public const string TaskFailed = "task_failed";
    public const string TaskNotFailed = "task_not_failed";
    public const string QuestionOpen = "question_open";
    public const string QuestionClosed = "question_closed";
    public const string TooManyNotes = "too_many_notes";
    public const string MessageClaimed = "message_claimed";
    public const string ChannelNotClaimable = "channel_not_claimable";
    public const string LabelInUse = "label_in_use";
    public const string AliasConflict = "alias_conflict";
    public const string CannotRemoveOwner = "cannot_remove_owner";
    public const string AccessRequestResolved = "access_request_resolved";

    // 410
    public const string MessageExpired = "message_expired";
    public const string LeaseExpired = "lease_expired";
    public const string InvitationExpired = "invitation_expired";
    public const string InvitationRevoked = "invitation_revoked";
    public const string KeyExpired = "key_expired";

    // 413; of this bus, not of the reference
    public const string RequestTooLarge = "request_too_large";
    public const string FileTooLarge = "file_too_large";

    // 422
    public const string MissingField = "missing_field";
    public const string InvalidString = "invalid_string";
    public const string InvalidObject = "invalid_object";
    public const string InvalidJsonShape = "invalid_json_shape";
    public const string InvalidFields = "invalid_fields";
    public const string InvalidField = "invalid_field";
    public const string InvalidChannelName = "invalid_channel_name";
    public const string InvalidMode = "invalid_mode";
    public const string InvalidAccess = "invalid_access";
    public const string InvalidDiscoverable = "invalid_discoverable";
    public const string InvalidTtlSeconds = "invalid_ttl_seconds";
    public const string InvalidRetentionDays = "invalid_retention_days";
    public const string InvalidMaxMessages = "invalid_max_messages";
    public const string InvalidMaxWritesPerMinute = "invalid_max_writes_per_minute";
    public const string InvalidPaused = "invalid_paused";
    public const string InvalidRelatedChannels = "invalid_related_channels";
    public const string ContentTooLarge = "content_too_large";
    public const string MetadataValidationFailed = "metadata_validation_failed";
    public const string InvalidMentions = "invalid_mentions";
    public const string InvalidLimit = "invalid_limit";
    public const string InvalidStatus = "invalid_status";
    public const string InvalidLeaseSeconds = "invalid_lease_seconds";
    public const string InvalidWebhookUrl = "invalid_webhook_url";
    public const string InvalidScopes = "invalid_scopes";
    public const string InvalidScope = "invalid_scope";

    // 422; of this bus, not of the reference
    public const string MetadataTooLarge = "metadata_too_large";
    public const string InvalidReplyTo = "invalid_reply_to";
    public const string InvalidDependency = "invalid_dependency";
    public const string InvalidDelay = "invalid_delay";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string InvalidFile = "invalid_file";

    // 429
    public const string RateLimitExceeded = "rate_limit_exceeded";
    public const string ChannelWriteRateExceeded = "channel_write_rate_exceeded";

    /// <summary>Of this bus, not of the reference.</summary>
    public const string FileQuotaExceeded = "file_quota_exceeded";

    // 500
    public const string InternalServerError = "internal_server_error";

    // 503
    public const string StorageUnavailable = "storage_unavailable";
    public const string ChannelPaused = "channel_paused";

    /// <summary>Of this bus, not of the reference.</summary>
    public const string StorageDamaged = "storage_damaged";

    // 504
    /// <summary>Of this bus, not of the reference. A write whose fate the bus cannot find out: it may have been kept.</summary>
    public const string WriteUndecided = "write_undecided";
}
