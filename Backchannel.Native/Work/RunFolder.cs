namespace Backchannel.Native.Work;

/// <summary>A private folder of one run: where its command puts files for the poster, and where long output is kept.</summary>
internal sealed class RunFolder : IDisposable
{
    // The user alone can enter it.
    private readonly string path = Directory.CreateTempSubdirectory("backchannel-work-").FullName;

    public RunFolder()
    {
        Results = Directory.CreateDirectory(System.IO.Path.Combine(path, "results")).FullName;
        Output = Directory.CreateDirectory(System.IO.Path.Combine(path, "output")).FullName;
    }

    /// <summary>What the command puts here goes with the result.</summary>
    public string Results { get; }

    public string Output { get; }

    /// <summary>Paths of the files for the poster; hidden ones and folders are none.</summary>
    public List<string> ListResults()
    {
        try
        {
            return [.. Directory.EnumerateFiles(Results).Where(static file => System.IO.Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The command removed the folder, or took away the rights.
            return [];
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A process that left its group may still write there, or the command took away the rights. The system clears its temporary folder.
        }
    }
}
