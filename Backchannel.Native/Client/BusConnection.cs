using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>Requests to one bus, authenticated, retried and read.</summary>
/// <remarks>Nothing of HTTP, TLS or Polly is touched before the first request.</remarks>
internal sealed class BusConnection : IAsyncDisposable
{
    /// <summary>A deadline of zero would mean no deadline.</summary>
    private static readonly TimeSpan ShortestCall = TimeSpan.FromMilliseconds(1);

    private readonly BackchannelClientOptions options;
    private readonly TimeProvider time;
    private readonly ApiKeyProvider keys;
    private readonly UndecidedWrites undecided;
    private readonly BusAddresses addresses;
    private readonly Lazy<RetryingSender> sender;

    /// <param name="transport">What carries the requests; null: sockets.</param>
    public BusConnection(BackchannelClientOptions options, TimeProvider time, HttpMessageHandler? transport = null)
    {
        this.options = options;
        this.time = time;
        addresses = new(options, time, transport);
        BusName = addresses.BusName;
        var store = options.KeyFolder is { } folder ? new ApiKeyStore(folder, BusOrigin.Of(options), time) : null;
        keys = new(options, store, new ApiKeyMint(options, MintAsync), BusName, time);
        Additions = new(this, time);
        undecided = new(time);
        sender = new(() => new(addresses, options, time));
    }

    /// <summary>Whether names outside ASCII can be part of a path: the reference bus reads paths as Latin-1, ours as UTF-8.</summary>
    public bool ReadsPathsAsUtf8 => options.LocalBus is not null;

    /// <summary>What errors call the bus: "the bus at ADDRESS", "the bus at ADDRESS or ADDRESS", or "the local bus at SOCKET".</summary>
    public string BusName { get; }

    /// <summary>Where curl reaches the bus: <c>http://HOST:PORT</c>, or <c>--unix-socket 'PATH' http://localhost</c>.</summary>
    public string CurlPlace => options.LocalBus is { } local
        ? $"--unix-socket '{local.SocketPath.Replace("'", @"'\''", StringComparison.Ordinal)}' http://localhost"
        : BusOrigin.AddressOf(options.AllBaseUrls.First());

    /// <summary>Whether it is the private bus of this machine's user.</summary>
    public bool IsLocal => options.LocalBus is not null;

    /// <summary>What the bus offers beyond the contract.</summary>
    public BusAdditions Additions { get; }

    /// <summary>The folder that processes of this machine share; null: none.</summary>
    public string? SharedFolder => options.KeyFolder;

    /// <summary>Id of the key in use, which is no secret; null when its form does not show one.</summary>
    /// <exception cref="BackchannelException">There is no key and the bus does not issue one.</exception>
    public async ValueTask<string?> GetKeyIdAsync(CancellationToken cancellationToken) =>
        (await WithinDeadlineAsync(keys.GetAsync(cancellationToken), cancellationToken)).Id;

    /// <summary>See <see cref="KeySecret"/>; of the key in use.</summary>
    /// <exception cref="BackchannelException">There is no key and the bus does not issue one.</exception>
    public async ValueTask<byte[]> DeriveSecretAsync(string purpose, ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
        KeySecret.Derive(await WithinDeadlineAsync(keys.GetAsync(cancellationToken), cancellationToken), purpose, text.Span);

    /// <summary>Sends a request, as often as the rules say, and reads the answer.</summary>
    /// <exception cref="BackchannelException">The bus said no, or could not be asked.</exception>
    public async Task<T> SendAsync<T>(BusRequest request, JsonTypeInfo<T> answerType, CancellationToken cancellationToken)
        where T : class =>
        (await SendForAnswerAsync(request, answerType, cancellationToken)).Value;

    /// <summary>The same, with the answer as it came, for what its headers say.</summary>
    /// <exception cref="BackchannelException">The bus said no, or could not be asked.</exception>
    public Task<(T Value, BusAnswer Answer)> SendForAnswerAsync<T>(
        BusRequest request, JsonTypeInfo<T> answerType, CancellationToken cancellationToken)
        where T : class =>
        request is { IsRepeatable: true, IdempotencyKey: { } own }
            ? SendRepeatableAsync(request, own, answerType, cancellationToken)
            : SendWithKeyAsync(request, answerType, cancellationToken);

    private async Task<(T Value, BusAnswer Answer)> SendRepeatableAsync<T>(
        BusRequest request, IdempotencyKey own, JsonTypeInfo<T> answerType, CancellationToken cancellationToken)
        where T : class
    {
        var (key, isRepeated) = undecided.Take(request, own);
        try
        {
            var sent = await SendWithKeyAsync(request with { IdempotencyKey = key }, answerType, cancellationToken);
            sent.Answer.IsOfEarlierCall = isRepeated && sent.Answer.IsReplay;
            return sent;
        }
        catch (Exception exception) when (exception is OperationCanceledException or BackchannelException { IsUndecided: true })
        {
            undecided.Keep(request, key);
            throw;
        }
    }

    private async Task<(T Value, BusAnswer Answer)> SendWithKeyAsync<T>(
        BusRequest request, JsonTypeInfo<T> answerType, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await AskWithKeyAsync(request, answerType, cancellationToken);
        return (Read<T>(answer), answer);
    }

    private async Task<BusAnswer> AskWithKeyAsync(BusRequest request, JsonTypeInfo? answerType, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (!request.Authenticated)
        {
            return await AskAsync(request, null, answerType, start, cancellationToken);
        }

        var key = await WithinDeadlineAsync(keys.GetAsync(cancellationToken), cancellationToken);
        var answer = await AskAsync(request, key, answerType, start, cancellationToken);
        if (IsRejection(answer))
        {
            key = await WithinDeadlineAsync(keys.ReplaceAsync(key, Refusal(answer), cancellationToken), cancellationToken);
            answer = await AskAsync(request, key, answerType, start, cancellationToken);
        }

        if (answer.IsSuccess)
        {
            await keys.AcceptedAsync(key, cancellationToken);
        }

        return answer;
    }

    /// <summary>Sends a request whose answer has nothing to read.</summary>
    /// <returns>Whether the bus did it.</returns>
    /// <exception cref="BackchannelException">The bus could not be asked.</exception>
    public async Task<bool> TrySendAsync(BusRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var key = await WithinDeadlineAsync(keys.GetAsync(cancellationToken), cancellationToken);
        return (await AskAsync(request, key, null, start, cancellationToken)).IsSuccess;
    }

    /// <summary>Sends a request whose success is taken by <see cref="BusRequest.Receive"/>.</summary>
    /// <exception cref="BackchannelException">The bus said no, or could not be asked.</exception>
    public async Task ReceiveAsync(BusRequest request, CancellationToken cancellationToken)
    {
        var answer = await AskWithKeyAsync(request, null, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw Refusal(answer);
        }
    }

    /// <summary>Sends a request for somebody else, who gets the answer as it came, a refusal too.</summary>
    /// <exception cref="BackchannelException">The bus could not be asked.</exception>
    public Task<BusAnswer> PassOnAsync(BusRequest request, CancellationToken cancellationToken) => AskWithKeyAsync(request, null, cancellationToken);

    /// <summary>Asks the bus for its health, without a key, and notes its clock.</summary>
    /// <exception cref="BackchannelException">The bus could not be asked, or is none.</exception>
    public async Task<BusGreeting> GreetAsync(CancellationToken cancellationToken)
    {
        var request = new BusRequest(HttpMethod.Get, Routes.Health) { Authenticated = false };
        var answer = await AskAsync(request, null, AnswerJson.Default.Health, time.GetTimestamp(), cancellationToken);
        return new(Read<Health>(answer), answer.Additions, answer.Software, answer.Date);
    }

    public async ValueTask DisposeAsync()
    {
        await keys.DisposeAsync();
        addresses.Dispose();
    }

    private Task<IssuedKey> MintAsync(string agentLabel, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new MintKeyRequest(agentLabel), WireJsonContext.Default.MintKeyRequest);
        var request = new BusRequest(HttpMethod.Post, Routes.Keys) { Body = body, Authenticated = false };
        return SendAsync(request, AnswerJson.Default.IssuedKey, cancellationToken);
    }

    /// <summary>Waiting for a key, which another process may be minting, ends with the deadline of a call.</summary>
    private async ValueTask<ApiKey> WithinDeadlineAsync(ValueTask<ApiKey> pending, CancellationToken cancellationToken)
    {
        if (pending.IsCompletedSuccessfully)
        {
            return pending.Result;
        }

        try
        {
            return await pending.AsTask().WaitAsync(options.TotalTimeout, time, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new BackchannelException(
                $"no key of {BusName} within {options.TotalTimeout.TotalSeconds:0.#} s: {keys.Hindrance}", exception)
            {
                Code = FaultCodes.Timeout,
            };
        }
    }

    /// <param name="answerType">What a success holds; null: nothing that is read.</param>
    /// <param name="start">When the call began: finding a key counts towards its deadline.</param>
    private async Task<BusAnswer> AskAsync(
        BusRequest request, ApiKey? key, JsonTypeInfo? answerType, long start, CancellationToken cancellationToken)
    {
        if (request.HasDotSegment)
        {
            // It would be taken for a step in the path, and lead to another operation.
            throw new BackchannelException("'.' and '..' are no ids") { Code = FaultCodes.InvalidId };
        }

        var left = options.TotalTimeout + request.Wait - time.GetElapsedTime(start);
        var total = left > ShortestCall ? left : ShortestCall;
        var attempts = new Attempts(addresses);
        try
        {
            return await sender.Value.SendAsync(request, key, answerType, total, attempts, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (attempts.Address.Faults.Explain(exception, request, attempts) is { } explained)
        {
            throw explained;
        }
    }

    private static bool IsRejection(BusAnswer answer) => answer is
        { Status: 401, Error.Error: ErrorCodes.Unauthorized or ErrorCodes.ApiKeyRequired }
        or { Status: 410, Error.Error: ErrorCodes.KeyExpired };

    private static BackchannelException Refusal(BusAnswer answer) => answer.Address!.Faults.Refusal(answer);

    private static T Read<T>(BusAnswer answer)
        where T : class =>
        answer.IsSuccess
            ? answer.Value as T ?? throw answer.Address!.Faults.Unusable(answer, answer.Fault)
            : throw Refusal(answer);
}
