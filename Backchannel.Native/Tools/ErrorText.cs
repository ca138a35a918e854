using System.Globalization;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>A fault of the bus as a model reads it: one line of what happened, one of what to do next.</summary>
internal static class ErrorText
{
    private const int MaxMessageLength = 500;

    /// <param name="advice">What to do next; null: what the code says.</param>
    public static string For(BackchannelException exception, string? advice = null)
    {
        var status = exception.Status is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number} ") : "";
        var message = ShownText.Clean(exception.Message, MaxMessageLength);
        return $"Backchannel error [{status}{exception.Code}]: {message}\n{advice ?? ErrorAdvice.For(exception)}";
    }
}
