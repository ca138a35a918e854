namespace Backchannel.Native.Client;

/// <summary>Codes of <see cref="BackchannelException"/> for faults that no bus reports itself.</summary>
internal static class FaultCodes
{
    /// <summary>No connection to the bus.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>Other users can reach the local bus's folder or socket; nothing was sent.</summary>
    public const string NotPrivate = "not_private";

    /// <summary>Another process held a lock file all the time, or the file system did not answer.</summary>
    public const string Locked = "locked";

    /// <summary>The bus's TLS certificate is not accepted.</summary>
    public const string CertificateRejected = "certificate_rejected";

    /// <summary>The bus did not answer within the deadline.</summary>
    public const string Timeout = "timeout";

    /// <summary>An answer that is not JSON, too long, or of the wrong shape.</summary>
    public const string UnusableAnswer = "unusable_answer";

    /// <summary>The bus rejects the key in <c>BACKCHANNEL_API_KEY</c>.</summary>
    public const string ApiKeyRejected = "api_key_rejected";

    /// <summary>An id that no address can hold; nothing was sent.</summary>
    public const string InvalidId = "invalid_id";

    /// <summary>A task that the bus gave, and whose answer was too long to be read: it was given back.</summary>
    public const string PassedOver = "passed_over";

    /// <summary>A channel name that the bus could not find again.</summary>
    public const string UnaddressableName = "unaddressable_name";
}
