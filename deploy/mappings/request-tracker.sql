-- The history of Request Tracker's tickets as a log that deploy/mappings/request-tracker.toml reads: a row for each
-- change of status, queue or priority, with how all three stood then. Read-only; for RT 4.4 and 5 on PostgreSQL, MySQL
-- and SQLite:
--     psql -d rtdb --csv -f request-tracker.sql > log.csv
--     sqlite3 -header -csv rt5.sqlite < request-tracker.sql > log.csv
-- RT keeps instants in UTC. How something stood is what the latest change made of it; before the first change what that
-- one changed; never changed, what stands on the ticket. Priorities are told by the words that RT 5 has for them.
SELECT id, ticket, subject, opened, created, status, queue,
    CASE WHEN number >= 100 THEN 'High' WHEN number >= 50 THEN 'Medium' ELSE 'Low' END AS priority
FROM (
    SELECT x.id AS id, t.id AS ticket, t.subject AS subject, t.created AS opened, x.created AS created,
        CASE WHEN x.type = 'AddLink' THEN 'merged' ELSE COALESCE(
            (SELECT s.newvalue FROM Transactions s WHERE s.objecttype = 'RT::Ticket' AND s.objectid = t.id
                AND s.type = 'Status' AND s.id <= x.id ORDER BY s.id DESC LIMIT 1),
            (SELECT s.oldvalue FROM Transactions s WHERE s.objecttype = 'RT::Ticket' AND s.objectid = t.id
                AND s.type = 'Status' AND s.id > x.id ORDER BY s.id LIMIT 1),
            t.status) END AS status,
        (SELECT q.name FROM Queues q WHERE TRIM(CAST(q.id AS CHAR(10))) = COALESCE(
            (SELECT s.newvalue FROM Transactions s WHERE s.objecttype = 'RT::Ticket' AND s.objectid = t.id
                AND s.type = 'Set' AND s.field = 'Queue' AND s.id <= x.id ORDER BY s.id DESC LIMIT 1),
            (SELECT s.oldvalue FROM Transactions s WHERE s.objecttype = 'RT::Ticket' AND s.objectid = t.id
                AND s.type = 'Set' AND s.field = 'Queue' AND s.id > x.id ORDER BY s.id LIMIT 1),
            TRIM(CAST(t.queue AS CHAR(10))))) AS queue,
        COALESCE(
            (SELECT CAST(s.newvalue AS DECIMAL(10, 0)) FROM Transactions s WHERE s.objecttype = 'RT::Ticket'
                AND s.objectid = t.id AND s.type = 'Set' AND s.field = 'Priority' AND s.id <= x.id
                ORDER BY s.id DESC LIMIT 1),
            (SELECT CAST(s.oldvalue AS DECIMAL(10, 0)) FROM Transactions s WHERE s.objecttype = 'RT::Ticket'
                AND s.objectid = t.id AND s.type = 'Set' AND s.field = 'Priority' AND s.id > x.id
                ORDER BY s.id LIMIT 1),
            t.priority) AS number
    FROM Tickets t JOIN Transactions x ON x.objecttype = 'RT::Ticket' AND x.objectid = t.id
    WHERE t.type = 'ticket' AND (
        x.type IN ('Create', 'Status')
        OR (x.type = 'Set' AND x.field IN ('Queue', 'Priority'))
        OR (x.type = 'AddLink' AND x.field = 'MergedInto' AND t.effectiveid <> t.id))
) AS log
ORDER BY created, id;
