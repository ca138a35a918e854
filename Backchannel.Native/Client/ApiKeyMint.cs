using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>Gets a new key from the bus, under a label that is free.</summary>
/// <param name="mintAsync">Asks the bus for a key with a label; nothing else.</param>
internal sealed class ApiKeyMint(BackchannelClientOptions options, Func<string, CancellationToken, Task<IssuedKey>> mintAsync)
{
    /// <summary>A bus counts failed attempts too, and allows five an hour.</summary>
    private const int MintAttempts = 3;

    /// <exception cref="BackchannelException">The bus does not issue a key; says what to do.</exception>
    public async Task<ApiKey> IssueAsync(CancellationToken cancellationToken)
    {
        var issued = await IssueWithFreeLabelAsync(cancellationToken);
        return ApiKey.TryParse(issued.Key, out var key)
            ? key
            : throw new BackchannelException("the bus issued a key that cannot be sent in a header") { Code = FaultCodes.UnusableAnswer };
    }

    private async Task<IssuedKey> IssueWithFreeLabelAsync(CancellationToken cancellationToken)
    {
        var label = WholeCharacters.Start(options.AgentLabel, Limits.MaxAgentLabelLength);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await mintAsync(label, cancellationToken);
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.LabelInUse && options.AgentLabelIsChosen)
            {
                throw Refused(
                    exception,
                    $"the label '{label}' is taken on this bus; choose another {SettingNames.AgentLabel}, or set {SettingNames.ApiKey} to the key that has it");
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.LabelInUse && attempt < MintAttempts)
            {
                var suffix = $"-{Guid.NewGuid().ToString("n")[..8]}";
                label = WholeCharacters.Start(options.AgentLabel, Limits.MaxAgentLabelLength - suffix.Length) + suffix;
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.MintingClosed)
            {
                throw Refused(exception, $"this bus issues no keys by itself; ask its operator for one and set {SettingNames.ApiKey}");
            }
        }
    }

    private static BackchannelException Refused(BackchannelException exception, string message) => new(message, exception)
    {
        Code = exception.Code,
        Status = exception.Status,
        RequestId = exception.RequestId,
        RetryAfter = exception.RetryAfter,
    };
}
