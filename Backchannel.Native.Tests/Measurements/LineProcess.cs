using System.Diagnostics;
using System.Text;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>A child process that answers lines, read without anything between us and the pipe.</summary>
internal sealed class LineProcess : IDisposable
{
    private readonly Process _process;
    private readonly byte[] _buffer = new byte[256 * 1024];

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

        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    /// <summary>Writes a line and reads up to the end of the answer's line.</summary>
    /// <returns>The answer with its line end.</returns>
    public ReadOnlySpan<byte> Exchange(ReadOnlySpan<byte> line)
    {
        var input = _process.StandardInput.BaseStream;
        input.Write(line);
        input.Flush();
        return ReadLine();
    }

    public string Exchange(string line) => Encoding.UTF8.GetString(Exchange(Encoding.UTF8.GetBytes(line + "\n")));

    public void Send(string line)
    {
        var input = _process.StandardInput.BaseStream;
        input.Write(Encoding.UTF8.GetBytes(line + "\n"));
        input.Flush();
    }

    public ReadOnlySpan<byte> ReadLine()
    {
        var length = 0;
        do
        {
            var read = _process.StandardOutput.BaseStream.Read(_buffer, length, _buffer.Length - length);
            if (read == 0)
            {
                throw new EndOfStreamException($"process ended: {_process.StandardError.ReadToEnd()}");
            }

            length += read;
        }
        while (_buffer[length - 1] != (byte)'\n');

        return _buffer.AsSpan(0, length);
    }

    /// <summary>Reads the log from now on and throws it away, as whoever keeps a log would read it.</summary>
    public void DrainError() => _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Highest resident memory so far, in bytes.</summary>
    public long PeakMemory() => Memory("VmHWM:");

    /// <summary>Resident memory now, in bytes.</summary>
    public long ResidentMemory() => Memory("VmRSS:");

    private long Memory(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").Single(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[name.Length..^"kB".Length].Trim(), null);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(3000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
