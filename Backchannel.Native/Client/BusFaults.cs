using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using Polly.Timeout;

namespace Backchannel.Native.Client;

/// <summary>Turns whatever went wrong with a bus into one exception that says so.</summary>
/// <param name="busName">What errors call the bus.</param>
internal sealed class BusFaults(BackchannelClientOptions options, string busName)
{
    public string BusName { get; } = busName;

    /// <summary>What a request that got no usable answer means.</summary>
    /// <returns>Null: not a fault of the bus.</returns>
    public BackchannelException? Explain(Exception exception, BusRequest request, Attempts attempts) =>
        Meaning(exception, request, attempts) is not { } fault ? null
        : attempts.TriedNote is { Length: > 0 } note ? fault.With(note)
        : fault;

    /// <summary>What an answer of 300 and above means.</summary>
    public BackchannelException Refusal(BusAnswer answer) => answer.Error is { } error
        ? new(answer.ErrorText + OfLastAttempt(answer) + answer.TriedNote)
        {
            Code = error.Error,
            Status = answer.Status,
            RequestId = error.RequestId ?? answer.RequestId,
            Refusal = error,
            RetryAfter = answer.RetryAfter,
            IsUndecided = answer.LeavesOpen,
        }
        : Unusable(answer, null);

    /// <summary>An answer that no bus gives: a proxy's page, a redirect, something else on that port.</summary>
    public BackchannelException Unusable(BusAnswer answer, JsonException? exception)
    {
        var came = answer.RedirectsTo is { } target
            ? $"a redirect to {target}, which is not followed; if the bus is there, set {SettingNames.BaseUrl} to it"
            : exception is not null && answer.IsJson
                ? $"JSON that does not fit the contract ({exception.Path ?? "at its start"}): {answer.Describe()}"
                : $"something that is no answer of a bus: {answer.Describe()}";
        return new($"{BusName} answered {answer.Status} with {came}{answer.TriedNote}", exception)
        {
            Code = FaultCodes.UnusableAnswer,
            Status = answer.Status,
            RequestId = answer.RequestId,
            RetryAfter = answer.RetryAfter,
            IsUndecided = answer.LeavesOpen,
        };
    }

    /// <summary>A bus that refuses often says that nothing was kept, which is not true of an attempt before it.</summary>
    private static string OfLastAttempt(BusAnswer answer) =>
        answer is { LeavesOpen: true, FollowsLostAnswer: true } ? " (this is about the last attempt: what became of an earlier one is not known)" : "";

    private BackchannelException? Meaning(Exception exception, BusRequest request, Attempts attempts) => exception switch
    {
        HttpRequestException broken => FoundWhileConnecting(broken, attempts) ?? Broken(broken, attempts),
        TimeoutRejectedException late => Late(late, request, attempts),
        AnswerTooLongException endless => new(
            $"{BusName} sent more than the {HttpExchange.MaxAnswerBytes / (1024 * 1024)} MiB that are read of one answer", exception)
        {
            Code = FaultCodes.UnusableAnswer,
            Status = endless.Status,
            RequestId = endless.RequestId,
            IsUndecided = attempts.LostAnswer,
        },
        _ when TransportFaults.IsAboutTheAnswer(exception) =>
            new($"the answer of {BusName} broke off or cannot be read", exception) { Code = FaultCodes.UnusableAnswer, IsUndecided = attempts.LostAnswer },
        AuthenticationException or CryptographicException =>
            Unreachable($"no secure connection to {BusName}: {exception.Message.TrimEnd('.')}{OtherSchemeAdvice()}", exception, attempts),
        NotSupportedException => Unreachable($"no connection to {BusName}: {exception.Message}", exception, attempts),
        OperationCanceledException => Unreachable($"the connection to {BusName} was closed before the answer came", exception, attempts),
        _ when TransportFaults.Is(exception) =>
            Unreachable($"the connection to {BusName} broke before the answer came: {exception.Message}", exception, attempts),
        _ => null,
    };

    private BackchannelException Late(TimeoutRejectedException exception, BusRequest request, Attempts attempts)
    {
        var deadline = exception.Timeout == options.AttemptTimeout + request.Wait ? options.AttemptTimeout : options.TotalTimeout;
        var text = attempts.Refusal is { } refusal
            ? $"{BusName} answered {refusal}; asked again, it did not answer in time"
            : $"{BusName} did not answer within {(deadline + request.Wait).TotalSeconds:0.#} s";
        return new(text, exception)
        {
            Code = FaultCodes.Timeout,
            IsUndecided = attempts.LostAnswer,
        };
    }

    private BackchannelException Broken(HttpRequestException exception, Attempts attempts) => exception.HttpRequestError switch
    {
        HttpRequestError.InvalidResponse => new($"{BusName} did not answer in HTTP{OtherSchemeAdvice()}", exception)
        {
            Code = FaultCodes.UnusableAnswer,
            IsUndecided = attempts.LostAnswer,
        },
        HttpRequestError.NameResolutionError => Unreachable(Unnamed(exception), exception, attempts),
        HttpRequestError.SecureConnectionError =>
            Unreachable($"no secure connection to {BusName}: {Cause(exception).TrimEnd('.')}{OtherSchemeAdvice()}", exception, attempts),
        HttpRequestError.ConnectionError => Unreachable($"no connection to {BusName}: {Cause(exception)}", exception, attempts),
        _ => Unreachable($"the connection to {BusName} broke before the answer came", exception, attempts),
    };

    /// <remarks>In a container <c>localhost</c> is known only if <c>/etc/hosts</c> says so, and no answer of a name server is not the answer no.</remarks>
    private string Unnamed(HttpRequestException exception) => exception.InnerException switch
    {
        SocketException when options.BaseUrl.Host == "localhost" =>
            $"the host of {BusName} is not known: this machine has no name localhost (no /etc/hosts?); write 127.0.0.1 in {SettingNames.BaseUrl}",
        SocketException { SocketErrorCode: SocketError.TryAgain } =>
            $"the host of {BusName} could not be looked up: no name server answers (on Linux, /etc/resolv.conf names them); try again, or check {SettingNames.BaseUrl}",
        _ => $"the host of {BusName} is not known; check {SettingNames.BaseUrl}",
    };

    private BackchannelException Unreachable(string message, Exception exception, Attempts attempts) => new(message, exception)
    {
        Code = FaultCodes.Unreachable,
        IsUndecided = attempts.LostAnswer,
        Advice = options.LocalBus is { } local ? $"The next call starts it again. If this persists, see what it said last in {local.LogPath}." : null,
    };

    /// <summary>What the local bus's start or the TLS handshake found out; the platform wraps it, sometimes twice.</summary>
    private static BackchannelException? FoundWhileConnecting(HttpRequestException exception, Attempts attempts)
    {
        Exception? inner = exception.InnerException;
        while (inner is not null and not BackchannelException)
        {
            inner = inner.InnerException;
        }

        // The bus may have done it before it died and could not be started again.
        return inner is BackchannelException found && attempts.LostAnswer
            ? new(found.Message, found) { Code = found.Code, IsUndecided = true, Advice = found.Advice }
            : inner as BackchannelException;
    }

    /// <summary>An answer that is wrong from its first byte often comes from the other of the two schemes.</summary>
    private string OtherSchemeAdvice() =>
        options.LocalBus is not null ? ""
        : options.BaseUrl.Scheme == Uri.UriSchemeHttps ? ". If it speaks plain http, its address begins with http://"
        : ". If it speaks TLS, its address begins with https://";

    private static string Cause(HttpRequestException exception) =>
        (exception.InnerException as AuthenticationException)?.InnerException?.Message
        ?? exception.InnerException?.Message
        ?? exception.Message;
}
