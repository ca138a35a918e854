using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>A request that the contract refuses; becomes an error answer in the pipeline of requests and nowhere else.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">One of <see cref="Wire.ErrorCodes"/>.</param>
/// <param name="message">What is wrong and what is allowed, for a person.</param>
internal sealed class ApiException(int status, string code, string message) : RefusedWriteException(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>Members beside <c>error</c>; values are numbers, strings, lists of strings, or violations as field and issue.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Extras { get; init; } = [];

    /// <summary>Value of the header <c>Retry-After</c> in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }
}
