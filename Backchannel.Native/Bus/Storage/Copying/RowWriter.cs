using System.Text;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>Writes new rows to a table, and keeps the digest that the table has to have afterwards.</summary>
internal sealed class RowWriter(ICopyTarget target, CopiedTable table)
{
    private int unsent;

    public TableDigest Digest { get; } = new();

    /// <param name="values">One for each column: a <see langword="long"/>, a text, bytes or null, as its kind says.</param>
    public void Write(params ReadOnlySpan<object?> values)
    {
        if (values.Length != table.Columns.Length)
        {
            throw new ArgumentException($"{table.Name} has {table.Columns.Length} columns.", nameof(values));
        }

        using var insert = target.Connection.Prepare(table.Insert);
        foreach (var value in values)
        {
            switch (value)
            {
                case null:
                    insert.BindNull();
                    Digest.AddNull();
                    break;
                case long number:
                    insert.Bind(number);
                    Digest.Add(number);
                    break;
                case byte[] bytes:
                    insert.BindBlob(bytes);
                    Digest.Add(bytes);
                    break;
                default:
                    insert.Bind((string)value);
                    Digest.Add(Encoding.UTF8.GetBytes((string)value));
                    break;
            }
        }

        insert.Run();
        Digest.EndRow();
        if (++unsent == table.PageSize)
        {
            unsent = 0;
            target.EndPage();
        }
    }
}
