using System.Text.Json;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Bus.Storage.Reference;

namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>Copies a bus's whole content into an empty database of any engine, and compares both before the copy counts.</summary>
/// <remarks>All of it is one transaction of the target, read from one state of the source. Memory holds a page of rows.</remarks>
internal sealed class DatabaseCopy : IDisposable
{
    private readonly ICopySource source;
    private readonly ICopyTarget target;

    /// <summary>Takes over both databases.</summary>
    public DatabaseCopy(ICopySource source, ICopyTarget target)
    {
        this.source = source;
        this.target = target;
    }

    /// <inheritdoc cref="ICopySource.IsServed"/>
    public bool IsServed => source.IsServed;

    /// <inheritdoc cref="ICopySource.IsReference"/>
    public bool IsReference => source.IsReference;

    /// <summary>Null before the first page. Any thread may ask.</summary>
    public CopyProgress? Progress { get; private set; }

    /// <summary>Opens both databases.</summary>
    /// <exception cref="CopyException">The one is no database of a bus that can be copied, or the other is not empty.</exception>
    /// <exception cref="IOException">A file cannot be opened, or a bus has the target open.</exception>
    /// <exception cref="StorageException">A database is damaged or refuses.</exception>
    /// <exception cref="NewerDatabaseException">The source was written by a newer release.</exception>
    public static DatabaseCopy Open(string from, string to)
    {
        CopyPlaces.RequireDifferent(from, to);
        var source = CopyPlaces.OpenSource(from);
        try
        {
            return new DatabaseCopy(source, CopyPlaces.OpenTarget(to));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Copies, on the caller's thread.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; nothing is at the target.</exception>
    /// <exception cref="CopyException">The copy is not what the source is; nothing is at the target.</exception>
    /// <exception cref="StorageException">A database refused; nothing is at the target.</exception>
    /// <exception cref="IOException">The same.</exception>
    public CopyReport Run(CancellationToken cancellationToken)
    {
        var report = source.IsReference ? Import(cancellationToken) : Copy(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        target.Commit();
        return report;
    }

    public void Dispose()
    {
        target.Dispose();
        source.Dispose();
    }

    private CopyReport Copy(CancellationToken cancellationToken)
    {
        var state = source.ReadState();
        foreach (var table in CopiedTables.All)
        {
            Copy(table, cancellationToken);
        }

        target.Complete(state);
        return new CopyReport(
            Compare(table => TableDigest.Read(source.Connection, table, Counter("comparing", table, Count(source.Connection, table), cancellationToken)), cancellationToken),
            []);
    }

    private CopyReport Import(CancellationToken cancellationToken)
    {
        var import = new ReferenceImport(source.Connection, target, (step, rows, total) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            Progress = new CopyProgress("copying", step, rows, total);
        });
        try
        {
            target.Complete(import.Run());
        }
        catch (JsonException exception)
        {
            throw new CopyException($"The source has a list that is no JSON ({exception.Message.TrimEnd('.')}): it is damaged, or was edited by hand. Mend it with SQLite's own program, and copy again.");
        }

        return new CopyReport(Compare(import.DigestOf, cancellationToken), import.FindLeftOut());
    }

    private void Copy(CopiedTable table, CancellationToken cancellationToken)
    {
        var count = Counter("copying", table, Count(source.Connection, table), cancellationToken);
        TablePages.Read(
            source.Connection, table,
            row =>
            {
                using var insert = target.Connection.Prepare(table.Insert);
                for (var i = 0; i < table.Columns.Length; i++)
                {
                    Bind(insert, row, i, table.Columns[i].Kind);
                }

                insert.Run();
            },
            rows =>
            {
                target.EndPage();
                count(rows);
            });
    }

    private static void Bind(IStatement insert, IStatement row, int column, ColumnKind kind) => _ =
        row.IsNull(column) ? insert.BindNull()
        : kind == ColumnKind.Integer ? insert.Bind(row.Integer(column))
        : kind == ColumnKind.Text ? insert.Bind(row.Text(column))
        : insert.BindBlob(row.Bytes(column));

    /// <param name="expected">What a table of the target has to hold.</param>
    private List<(string Table, long Rows)> Compare(Func<CopiedTable, TableDigest> expected, CancellationToken cancellationToken)
    {
        var tables = new List<(string, long)>();
        foreach (var table in CopiedTables.All)
        {
            var wanted = expected(table);
            var found = TableDigest.Read(target.Connection, table, Counter("comparing", table, wanted.Rows, cancellationToken));
            if (!found.Equals(wanted))
            {
                throw new CopyException(
                    found.Rows == wanted.Rows
                        ? $"The copy of table {table.Name} holds other values than were read, so it was thrown away. The memory or the disk of this machine is not reliable: copy on another one."
                        : $"The copy of table {table.Name} has {found.Rows} rows instead of {wanted.Rows}, so it was thrown away.");
            }

            if (found.Rows > 0)
            {
                tables.Add((table.Name, found.Rows));
            }
        }

        return tables;
    }

    private Action<int> Counter(string step, CopiedTable table, long total, CancellationToken cancellationToken)
    {
        var all = 0L;
        return rows =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            all += rows;
            Progress = new CopyProgress(step, table.Name, all, total);
        };
    }

    private static long Count(ISqlConnection connection, CopiedTable table)
    {
        using var query = connection.Prepare(table.CountRows);
        return query.Step() ? query.Integer(0) : 0;
    }
}
