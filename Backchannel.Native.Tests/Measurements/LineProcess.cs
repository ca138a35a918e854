using System.Diagnostics;
using System.Text;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>A child process that answers lines, read without anything between us and the pipe.</summary>
internal sealed class LineProcess : IDisposable
{
    private readonly Process process;
    private readonly byte[] buffer = new byte[256 * 1024];

    public LineProcess(string executable, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
    }

    public int Id => process.Id;

    /// <summary>Writes a line and reads up to the end of the answer's line.</summary>
    /// <returns>The answer with its line end.</returns>
    public ReadOnlySpan<byte> Exchange(ReadOnlySpan<byte> line)
    {
        var input = process.StandardInput.BaseStream;
        input.Write(line);
        input.Flush();
        return ReadLine();
    }

    public string Exchange(string line) => Encoding.UTF8.GetString(Exchange(Encoding.UTF8.GetBytes(line + "\n")));

    public void Send(string line)
    {
        var input = process.StandardInput.BaseStream;
        input.Write(Encoding.UTF8.GetBytes(line + "\n"));
        input.Flush();
    }

    public ReadOnlySpan<byte> ReadLine()
    {
        var length = 0;
        do
        {
            var read = process.StandardOutput.BaseStream.Read(buffer, length, buffer.Length - length);
            if (read == 0)
            {
                throw new EndOfStreamException($"process ended: {process.StandardError.ReadToEnd()}");
            }

            length += read;
        }
        while (buffer[length - 1] != (byte)'\n');

        return buffer.AsSpan(0, length);
    }

    /// <summary>Reads the log from now on and throws it away, as whoever keeps a log would read it.</summary>
    public void DrainError() => _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    /// <summary>Highest resident memory so far, in bytes.</summary>
    public long PeakMemory() => Memory("VmHWM:");

    /// <summary>Resident memory now, in bytes.</summary>
    public long ResidentMemory() => Memory("VmRSS:");

    private long Memory(string name)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").Single(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[name.Length..^"kB".Length].Trim(), null);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(3000))
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }
}
