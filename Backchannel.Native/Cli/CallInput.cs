using System.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli;

/// <summary>The text on standard input, as the value of one parameter.</summary>
internal static class CallInput
{
    /// <summary>As much as the largest request that a bus takes. The limit on a content is smaller, and the bus checks it.</summary>
    private const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="input">Standard input.</param>
    /// <param name="parameter">Whose value it is, as typed.</param>
    /// <exception cref="SettingsException">It is too long, or no text.</exception>
    public static async Task<string> ReadAsync(Stream input, string parameter, CancellationToken cancellationToken)
    {
        // A read of a terminal or a pipe cannot be cancelled. On another thread it does not keep the process from ending.
        var bytes = await Task.Run(() => Read(input), CancellationToken.None).WaitAsync(cancellationToken);
        if (bytes.Length > MaxBytes)
        {
            throw new SettingsException(
                $"standard input for {parameter} is longer than {MaxBytes} bytes, and the content of a message has at most {Limits.MaxContentBytes} unless its bus allows more. Post a path or an address of the text instead.");
        }

        try
        {
            return StrictUtf8.GetString(bytes.AsSpan() is [0xEF, 0xBB, 0xBF, .. var text] ? text : bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new SettingsException($"standard input for {parameter} is not UTF-8 text. Convert it first, or encode it, for example with base64.");
        }
    }

    private static byte[] Read(Stream input)
    {
        using (input)
        {
            var bytes = new byte[MaxBytes + 1];
            return bytes[..input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
    }
}
