WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'overdue-accounts'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
anon_10 AS MATERIALIZED /* the tolerances of the policy versions that touches were planned under */ (
  SELECT policy_versions.id AS id,
  policy_versions.body #> '{rules, tolerance}' AS value
  FROM policy_versions
  WHERE policy_versions.id IN (
    SELECT open_touches.policy_version_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'account', FALSE)
  )
),
anon_5 AS /* the accounts looked at, with their day and tolerances */ (
  SELECT accounts.id AS account_id,
  accounts.store_id AS store_id,
  accounts.customer_id AS customer_id,
  accounts.key AS account,
  stores.today AS today,
  anon_9.policy_version_id AS policy_version_id,
  (SELECT anon_10.value FROM anon_10 WHERE anon_10.id = anon_9.policy_version_id) AS tolerance
  FROM accounts
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = accounts.store_id
  JOIN (
    SELECT DISTINCT open_touches.subject_id AS subject_id,
    open_touches.policy_version_id AS policy_version_id
    FROM open_touches
    WHERE coalesce(open_touches.subject_kind = 'account', FALSE)
  ) AS anon_9 ON anon_9.subject_id = accounts.id
),
anon_11 AS /* the invoices and credit notes known on the day, with what was paid on each */ (
  SELECT anon_5.account_id AS account_id,
  anon_5.policy_version_id AS policy_version_id,
  invoices.id AS invoice_id,
  invoices.key AS number,
  invoices.kind AS kind,
  invoices.salesperson_id AS salesperson_id,
  invoices.currency AS currency,
  invoices.due_on AS due_on,
  CASE
  WHEN (
    CASE
    WHEN (
      CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END IS NULL
      OR CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END <= anon_5.today
    ) THEN invoices.status
    ELSE 'open' END = 'void'
  ) THEN 0
  ELSE invoices.amount END AS amount,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_5.today
  ) THEN invoices.status
  ELSE 'open' END = 'open'
  AND NOT (
    EXISTS (
      SELECT :param AS anon_13
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_5.today
      AND account_arrangements.ends_on >= anon_5.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_5.today
      )
    )
  ) AS chased,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_5.today
  ) THEN invoices.status
  ELSE 'open' END = 'disputed'
  OR (
    EXISTS (
      SELECT :param AS anon_14
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_5.today
      AND account_arrangements.ends_on >= anon_5.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_5.today
      )
    )
  ) AS contested,
  (
    SELECT coalesce(sum(payments.amount), 0) AS coalesce_7
    FROM payments
    WHERE payments.invoice_id = invoices.id
    AND payments.currency = invoices.currency
    AND payments.paid_on <= anon_5.today
  ) AS paid,
  coalesce(CAST(anon_5.tolerance ->> invoices.currency AS NUMERIC(14, 2)), 0) AS tolerated
  FROM invoices
  JOIN anon_5 ON anon_5.account_id = invoices.account_id
  WHERE invoices.issued_on IS NULL
  OR invoices.issued_on <= anon_5.today
),
anon_12 AS /* per account and currency: payments on account, credit notes, overpayments */ (
  SELECT credits.account_id AS account_id,
  credits.policy_version_id AS policy_version_id,
  credits.currency AS currency,
  sum(credits.amount) AS amount
  FROM (
    SELECT anon_5.account_id AS account_id,
    anon_5.policy_version_id AS policy_version_id,
    payments.currency AS currency,
    payments.amount AS amount
    FROM anon_5
    JOIN payments ON anon_5.account_id = payments.account_id
    WHERE payments.invoice_id IS NULL
    AND payments.paid_on <= anon_5.today
    UNION ALL
    SELECT anon_11.account_id AS account_id,
    anon_11.policy_version_id AS policy_version_id,
    anon_11.currency AS currency,
    anon_11.amount AS amount
    FROM anon_11
    WHERE anon_11.kind = 'credit-note'
    AND anon_11.chased
    UNION ALL
    SELECT anon_11.account_id AS account_id,
    anon_11.policy_version_id AS policy_version_id,
    anon_11.currency AS currency,
    anon_11.paid - anon_11.amount AS amount
    FROM anon_11
    WHERE anon_11.kind = 'invoice'
    AND anon_11.paid > anon_11.amount
  ) AS credits
  GROUP BY credits.account_id,
  credits.policy_version_id,
  credits.currency
),
anon_6 AS /* per account: the invoices that are chased, and their totals */ (
  SELECT listed.account_id AS account_id,
  listed.policy_version_id AS policy_version_id,
  min(listed.due_on) AS oldest_due,
  bool_or(listed.above) AS owes,
  jsonb_object_agg(listed.currency, CAST(listed.total AS TEXT)) AS totals,
  jsonb_agg(
    jsonb_build_object(
      'number', listed.number, 'due_on', listed.due_on, 'open', CAST(listed.open AS TEXT), 'currency', listed.currency
    )
    ORDER BY listed.due_on,
    listed.number
  ) AS invoices
  FROM (
    SELECT balances.account_id AS account_id,
    balances.policy_version_id AS policy_version_id,
    balances.number AS number,
    balances.salesperson_id AS salesperson_id,
    balances.currency AS currency,
    balances.due_on AS due_on,
    balances.tolerated AS tolerated,
    balances.open AS open,
    balances.total AS total,
    balances.total > balances.tolerated AS above,
    (balances.total > balances.tolerated) = bool_or(balances.total > balances.tolerated) OVER (PARTITION BY balances.account_id, balances.policy_version_id) AS listed
    FROM (
      SELECT open_invoices.account_id AS account_id,
      open_invoices.policy_version_id AS policy_version_id,
      open_invoices.number AS number,
      open_invoices.salesperson_id AS salesperson_id,
      open_invoices.currency AS currency,
      open_invoices.due_on AS due_on,
      open_invoices.tolerated AS tolerated,
      open_invoices.open AS open,
      sum(open_invoices.open) OVER (
        PARTITION BY open_invoices.account_id, open_invoices.policy_version_id, open_invoices.currency
      ) AS total
      FROM (
        SELECT anon_11.account_id AS account_id,
        anon_11.policy_version_id AS policy_version_id,
        anon_11.number AS number,
        anon_11.salesperson_id AS salesperson_id,
        anon_11.currency AS currency,
        anon_11.due_on AS due_on,
        anon_11.tolerated AS tolerated,
        least(
          anon_11.amount - anon_11.paid,
          greatest(
            sum(anon_11.amount - anon_11.paid) OVER (
              PARTITION BY anon_11.account_id,
              anon_11.policy_version_id,
              anon_11.currency
              ORDER BY anon_11.due_on,
              anon_11.invoice_id
            ) - coalesce(anon_12.amount, 0),
            0
          )
        ) AS open
        FROM anon_11
        LEFT OUTER JOIN anon_12 ON anon_12.account_id = anon_11.account_id
        AND anon_12.policy_version_id = anon_11.policy_version_id
        AND anon_12.currency = anon_11.currency
        WHERE anon_11.kind = 'invoice'
        AND anon_11.chased
        AND anon_11.amount > anon_11.paid
      ) AS open_invoices
      WHERE open_invoices.open > 0
    ) AS balances
  ) AS listed
  WHERE listed.listed
  GROUP BY listed.account_id,
  listed.policy_version_id
),
anon_8 AS MATERIALIZED /* per account: the latest promise to pay, and whether it was kept */ (
  SELECT DISTINCT ON (anon_5.account_id, anon_5.policy_version_id) anon_5.account_id AS account_id,
  anon_5.policy_version_id AS policy_version_id,
  promises.id AS promise_id,
  promises.made_on AS made_on,
  promises.promised_for AS promised_for,
  coalesce(
    promises.amount <= (
      SELECT coalesce(sum(payments.amount), 0) AS coalesce_8
      FROM payments
      WHERE payments.account_id = promises.account_id
      AND payments.currency = promises.currency
      AND payments.paid_on BETWEEN promises.made_on
      AND least(promises.promised_for, anon_5.today)
    ),
    FALSE
  ) AS kept,
  promises.promised_for >= anon_5.today AS running
  FROM promises
  JOIN anon_5 ON anon_5.account_id = promises.account_id
  WHERE promises.made_on <= anon_5.today
  ORDER BY anon_5.account_id,
  anon_5.policy_version_id,
  promises.made_on DESC,
  promises.promised_for DESC,
  promises.id DESC
),
anon_7 AS MATERIALIZED /* per account: the arrangement for which chasing waits */ (
  SELECT DISTINCT ON (anon_5.account_id, anon_5.policy_version_id) anon_5.account_id AS account_id,
  anon_5.policy_version_id AS policy_version_id,
  account_arrangements.kind AS arranged,
  account_arrangements.ends_on AS arranged_until
  FROM anon_5
  JOIN account_arrangements ON account_arrangements.account_id = anon_5.account_id
  WHERE account_arrangements.invoice_id IS NULL
  AND account_arrangements.starts_on <= anon_5.today
  AND account_arrangements.ends_on >= anon_5.today
  AND (
    account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_5.today
  )
  AND (
    account_arrangements.kind != 'instalments'
    OR (
      SELECT coalesce(sum(payments.amount), :coalesce) AS coalesce_10
      FROM payments
      WHERE payments.account_id = account_arrangements.account_id
      AND payments.currency = account_arrangements.currency
      AND payments.paid_on BETWEEN account_arrangements.starts_on
      AND anon_5.today
    ) >= (
      SELECT coalesce(sum(account_instalments.amount), :coalesce) AS coalesce_12
      FROM account_instalments
      WHERE account_instalments.arrangement_id = account_arrangements.id
      AND account_instalments.due_on < anon_5.today
    )
  )
  ORDER BY anon_5.account_id,
  anon_5.policy_version_id,
  account_arrangements.ends_on DESC,
  account_arrangements.id DESC
),
account_once AS MATERIALIZED /* the facts of each account that a touch is about */ (
  SELECT anon_5.account_id AS subject_id,
  anon_5.policy_version_id AS policy_version_id,
  anon_5.store_id AS store_id,
  anon_5.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  timezone(stores.time_zone, anon_6.oldest_due + '00:00:00') AS anchor_at,
  anon_5.account AS account,
  anon_6.oldest_due AS oldest_due,
  coalesce(anon_6.owes, FALSE) AS owes,
  anon_6.totals AS totals,
  anon_6.invoices AS invoices,
  anon_7.arranged AS arranged,
  anon_8.promised_for AS promised_for,
  coalesce(anon_8.running, FALSE)
  AND NOT anon_8.kept AS promise_running,
  CASE
  WHEN (
    NOT anon_8.kept AND NOT anon_8.running AND anon_8.promised_for >= anon_6.oldest_due
  ) THEN anon_8.promise_id END AS broken_promise_id,
  CASE
  WHEN (
    NOT anon_8.kept AND NOT anon_8.running AND anon_8.promised_for >= anon_6.oldest_due
  ) THEN CAST(anon_8.promised_for + :param AS DATE) END AS resumes_on,
  CASE
  WHEN (
    NOT anon_8.kept AND NOT anon_8.running AND anon_8.promised_for >= anon_6.oldest_due
  ) THEN anon_8.made_on - anon_6.oldest_due END AS reached_days
  FROM anon_5
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = anon_5.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = anon_5.customer_id
  LEFT OUTER JOIN customers ON customers.id = anon_5.customer_id
  LEFT OUTER JOIN anon_6 ON anon_6.account_id = anon_5.account_id
  AND anon_6.policy_version_id = anon_5.policy_version_id
  LEFT OUTER JOIN anon_8 ON anon_8.account_id = anon_5.account_id
  AND anon_8.policy_version_id = anon_5.policy_version_id
  LEFT OUTER JOIN anon_7 ON anon_7.account_id = anon_5.account_id
  AND anon_7.policy_version_id = anon_5.policy_version_id
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'account'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND account_now.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN ('still-owes' = ANY (open_touches.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY (open_touches.conditions) AND account_now.promise_running
      ) THEN 'promise-running' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(account_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(account_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(month FROM timezone(account_now.time_zone, account_now.anchor_at)) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(account_now.time_zone, open_touches.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(account_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(account_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(account_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month FROM timezone(account_now.time_zone, account_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(account_now.time_zone, open_touches.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(account_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN account_now.anchor_at
        ELSE timezone(
          account_now.time_zone,
          timezone(account_now.time_zone, account_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(account_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(account_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(account_now.time_zone, account_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(account_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(account_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(account_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(account_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(account_now.time_zone, account_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(account_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(account_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(account_now.time_zone, account_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(account_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(account_now.time_zone, account_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(account_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(account_now.time_zone, account_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(account_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(account_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(account_now.time_zone, account_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(account_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(account_now.time_zone, account_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(account_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(account_now.time_zone, account_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(account_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(account_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(account_now.time_zone, account_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != account_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (account_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'account'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND account_now.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN ('still-owes' = ANY (open_touches.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY (open_touches.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY (open_touches.conditions) AND account_now.promise_running
      ) THEN 'promise-running' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'totals',
      account_now.totals,
      'oldest_due',
      account_now.oldest_due,
      'invoices',
      account_now.invoices,
      'promised_for',
      account_now.promised_for
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT account_once.subject_id AS subject_id,
      account_once.policy_version_id AS policy_version_id,
      account_once.store_id AS store_id,
      account_once.customer_id AS customer_id,
      account_once.time_zone AS time_zone,
      account_once.language AS language,
      account_once.today AS today,
      account_once.customer AS customer,
      account_once.salutation AS salutation,
      account_once.store AS store,
      account_once.store_phone AS store_phone,
      account_once.anchor_at AS anchor_at,
      account_once.account AS account,
      account_once.oldest_due AS oldest_due,
      account_once.owes AS owes,
      account_once.totals AS totals,
      account_once.invoices AS invoices,
      account_once.arranged AS arranged,
      account_once.promised_for AS promised_for,
      account_once.promise_running AS promise_running,
      account_once.broken_promise_id AS broken_promise_id,
      account_once.resumes_on AS resumes_on,
      account_once.reached_days AS reached_days
      FROM account_once
    ) AS account_now ON account_now.subject_id = open_touches.subject_id
    AND account_now.policy_version_id = open_touches.policy_version_id
    WHERE coalesce(open_touches.subject_kind = 'account', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;

WITH anon_11 AS /* the accounts looked at, with their day and tolerances */ (
  SELECT accounts.id AS account_id,
  accounts.store_id AS store_id,
  accounts.customer_id AS customer_id,
  accounts.key AS account,
  stores.today AS today,
  :param AS tolerance
  FROM accounts
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = accounts.store_id
  WHERE accounts.store_id IN (:store_id_1)
  AND accounts.id IN (
    SELECT invoices.account_id
    FROM invoices
    WHERE (invoices.settled_on IS NULL OR invoices.settled_on >= '2026-03-09')
    AND invoices.due_on <= '2026-03-15'
  )
),
anon_15 AS /* the invoices and credit notes known on the day, with what was paid on each */ (
  SELECT anon_11.account_id AS account_id,
  invoices.id AS invoice_id,
  invoices.key AS number,
  invoices.kind AS kind,
  invoices.salesperson_id AS salesperson_id,
  invoices.currency AS currency,
  invoices.due_on AS due_on,
  CASE
  WHEN (
    CASE
    WHEN (
      CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END IS NULL
      OR CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END <= anon_11.today
    ) THEN invoices.status
    ELSE 'open' END = 'void'
  ) THEN 0
  ELSE invoices.amount END AS amount,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_11.today
  ) THEN invoices.status
  ELSE 'open' END = 'open'
  AND NOT (
    EXISTS (
      SELECT :param AS anon_17
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_11.today
      AND account_arrangements.ends_on >= anon_11.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_11.today
      )
    )
  ) AS chased,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_11.today
  ) THEN invoices.status
  ELSE 'open' END = 'disputed'
  OR (
    EXISTS (
      SELECT :param AS anon_18
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_11.today
      AND account_arrangements.ends_on >= anon_11.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_11.today
      )
    )
  ) AS contested,
  (
    SELECT coalesce(sum(payments.amount), 0) AS coalesce_3
    FROM payments
    WHERE payments.invoice_id = invoices.id
    AND payments.currency = invoices.currency
    AND payments.paid_on <= anon_11.today
  ) AS paid,
  coalesce(CAST(anon_11.tolerance ->> invoices.currency AS NUMERIC(14, 2)), 0) AS tolerated
  FROM invoices
  JOIN anon_11 ON anon_11.account_id = invoices.account_id
  WHERE invoices.issued_on IS NULL
  OR invoices.issued_on <= anon_11.today
),
anon_16 AS /* per account and currency: payments on account, credit notes, overpayments */ (
  SELECT credits.account_id AS account_id,
  credits.currency AS currency,
  sum(credits.amount) AS amount
  FROM (
    SELECT anon_11.account_id AS account_id,
    payments.currency AS currency,
    payments.amount AS amount
    FROM anon_11
    JOIN payments ON anon_11.account_id = payments.account_id
    WHERE payments.invoice_id IS NULL
    AND payments.paid_on <= anon_11.today
    UNION ALL
    SELECT anon_15.account_id AS account_id,
    anon_15.currency AS currency,
    anon_15.amount AS amount
    FROM anon_15
    WHERE anon_15.kind = 'credit-note'
    AND anon_15.chased
    UNION ALL
    SELECT anon_15.account_id AS account_id,
    anon_15.currency AS currency,
    anon_15.paid - anon_15.amount AS amount
    FROM anon_15
    WHERE anon_15.kind = 'invoice'
    AND anon_15.paid > anon_15.amount
  ) AS credits
  GROUP BY credits.account_id,
  credits.currency
),
anon_12 AS /* per account: the invoices that are chased, and their totals */ (
  SELECT listed.account_id AS account_id,
  min(listed.due_on) AS oldest_due,
  bool_or(listed.above) AS owes,
  jsonb_object_agg(listed.currency, CAST(listed.total AS TEXT)) AS totals,
  jsonb_agg(
    jsonb_build_object(
      'number', listed.number, 'due_on', listed.due_on, 'open', CAST(listed.open AS TEXT), 'currency', listed.currency
    )
    ORDER BY listed.due_on,
    listed.number
  ) AS invoices
  FROM (
    SELECT balances.account_id AS account_id,
    balances.number AS number,
    balances.salesperson_id AS salesperson_id,
    balances.currency AS currency,
    balances.due_on AS due_on,
    balances.tolerated AS tolerated,
    balances.open AS open,
    balances.total AS total,
    balances.total > balances.tolerated AS above,
    (balances.total > balances.tolerated) = bool_or(balances.total > balances.tolerated) OVER (PARTITION BY balances.account_id) AS listed
    FROM (
      SELECT open_invoices.account_id AS account_id,
      open_invoices.number AS number,
      open_invoices.salesperson_id AS salesperson_id,
      open_invoices.currency AS currency,
      open_invoices.due_on AS due_on,
      open_invoices.tolerated AS tolerated,
      open_invoices.open AS open,
      sum(open_invoices.open) OVER (PARTITION BY open_invoices.account_id, open_invoices.currency) AS total
      FROM (
        SELECT anon_15.account_id AS account_id,
        anon_15.number AS number,
        anon_15.salesperson_id AS salesperson_id,
        anon_15.currency AS currency,
        anon_15.due_on AS due_on,
        anon_15.tolerated AS tolerated,
        least(
          anon_15.amount - anon_15.paid,
          greatest(
            sum(anon_15.amount - anon_15.paid) OVER (
              PARTITION BY anon_15.account_id, anon_15.currency ORDER BY anon_15.due_on, anon_15.invoice_id
            ) - coalesce(anon_16.amount, 0),
            0
          )
        ) AS open
        FROM anon_15
        LEFT OUTER JOIN anon_16 ON anon_16.account_id = anon_15.account_id
        AND anon_16.currency = anon_15.currency
        WHERE anon_15.kind = 'invoice'
        AND anon_15.chased
        AND anon_15.amount > anon_15.paid
      ) AS open_invoices
      WHERE open_invoices.open > 0
    ) AS balances
  ) AS listed
  WHERE listed.listed
  GROUP BY listed.account_id
),
anon_14 AS MATERIALIZED /* per account: the latest promise to pay, and whether it was kept */ (
  SELECT DISTINCT ON (anon_11.account_id) anon_11.account_id AS account_id,
  promises.id AS promise_id,
  promises.made_on AS made_on,
  promises.promised_for AS promised_for,
  coalesce(
    promises.amount <= (
      SELECT coalesce(sum(payments.amount), 0) AS coalesce_4
      FROM payments
      WHERE payments.account_id = promises.account_id
      AND payments.currency = promises.currency
      AND payments.paid_on BETWEEN promises.made_on
      AND least(promises.promised_for, anon_11.today)
    ),
    FALSE
  ) AS kept,
  promises.promised_for >= anon_11.today AS running
  FROM promises
  JOIN anon_11 ON anon_11.account_id = promises.account_id
  WHERE promises.made_on <= anon_11.today
  ORDER BY anon_11.account_id,
  promises.made_on DESC,
  promises.promised_for DESC,
  promises.id DESC
),
anon_13 AS MATERIALIZED /* per account: the arrangement for which chasing waits */ (
  SELECT DISTINCT ON (anon_11.account_id) anon_11.account_id AS account_id,
  account_arrangements.kind AS arranged,
  account_arrangements.ends_on AS arranged_until
  FROM anon_11
  JOIN account_arrangements ON account_arrangements.account_id = anon_11.account_id
  WHERE account_arrangements.invoice_id IS NULL
  AND account_arrangements.starts_on <= anon_11.today
  AND account_arrangements.ends_on >= anon_11.today
  AND (
    account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_11.today
  )
  AND (
    account_arrangements.kind != 'instalments'
    OR (
      SELECT coalesce(sum(payments.amount), :coalesce) AS coalesce_6
      FROM payments
      WHERE payments.account_id = account_arrangements.account_id
      AND payments.currency = account_arrangements.currency
      AND payments.paid_on BETWEEN account_arrangements.starts_on
      AND anon_11.today
    ) >= (
      SELECT coalesce(sum(account_instalments.amount), :coalesce) AS coalesce_8
      FROM account_instalments
      WHERE account_instalments.arrangement_id = account_arrangements.id
      AND account_instalments.due_on < anon_11.today
    )
  )
  ORDER BY anon_11.account_id,
  account_arrangements.ends_on DESC,
  account_arrangements.id DESC
),
anon_10 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.anchor_at AS anchor_at,
  known.oldest_due AS oldest_due,
  known.owes AS owes,
  known.totals AS totals,
  known.invoices AS invoices,
  known.arranged AS arranged,
  known.promised_for AS promised_for,
  known.promise_running AS promise_running,
  known.broken_promise_id AS broken_promise_id,
  known.resumes_on AS resumes_on,
  known.reached_days AS reached_days
  FROM (
    SELECT anon_11.account_id AS subject_id,
    anon_11.store_id AS store_id,
    anon_11.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    timezone(stores.time_zone, anon_12.oldest_due + '00:00:00') AS anchor_at,
    anon_11.account AS account,
    anon_12.oldest_due AS oldest_due,
    coalesce(anon_12.owes, FALSE) AS owes,
    anon_12.totals AS totals,
    anon_12.invoices AS invoices,
    anon_13.arranged AS arranged,
    anon_14.promised_for AS promised_for,
    coalesce(anon_14.running, FALSE)
    AND NOT anon_14.kept AS promise_running,
    CASE
    WHEN (
      NOT anon_14.kept AND NOT anon_14.running AND anon_14.promised_for >= anon_12.oldest_due
    ) THEN anon_14.promise_id END AS broken_promise_id,
    CASE
    WHEN (
      NOT anon_14.kept AND NOT anon_14.running AND anon_14.promised_for >= anon_12.oldest_due
    ) THEN CAST(anon_14.promised_for + :param AS DATE) END AS resumes_on,
    CASE
    WHEN (
      NOT anon_14.kept AND NOT anon_14.running AND anon_14.promised_for >= anon_12.oldest_due
    ) THEN anon_14.made_on - anon_12.oldest_due END AS reached_days
    FROM anon_11
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = anon_11.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = anon_11.customer_id
    LEFT OUTER JOIN customers ON customers.id = anon_11.customer_id
    LEFT OUTER JOIN anon_12 ON anon_12.account_id = anon_11.account_id
    LEFT OUTER JOIN anon_14 ON anon_14.account_id = anon_11.account_id
    LEFT OUTER JOIN anon_13 ON anon_13.account_id = anon_11.account_id
  ) AS known
),
looked_at AS /* each subject and step in the span: when it is due, and why it is not wanted */ (
  SELECT population.step AS step,
  population.subject_id AS subject_id,
  population.anchor_at AS anchor_at,
  population.store_id AS store_id,
  population.customer_id AS customer_id,
  population.template_version_id AS template_version_id,
  population.due_at AS due_at,
  population.valid_until AS valid_until,
  population.not_before AS not_before,
  population.passed AS passed,
  population.late AS late,
  population.figures AS figures,
  population.reason AS reason,
  population.wanted AS wanted
  FROM (
    SELECT 'before-due' AS step,
    judged_before_due.subject_id AS subject_id,
    judged_before_due.anchor_at AS anchor_at,
    judged_before_due.store_id AS store_id,
    judged_before_due.customer_id AS customer_id,
    CASE
    WHEN (judged_before_due.language = 'en') THEN :param
    WHEN (judged_before_due.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_before_due.due_at AS due_at,
    judged_before_due.valid_until AS valid_until,
    judged_before_due.due_at AS not_before,
    judged_before_due.valid_until <= :param AS passed,
    judged_before_due.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_before_due.reason IS NULL) THEN jsonb_build_object(
      'totals',
      judged_before_due.totals,
      'oldest_due',
      judged_before_due.oldest_due,
      'invoices',
      judged_before_due.invoices,
      'promised_for',
      judged_before_due.promised_for
    ) END AS figures,
    judged_before_due.reason AS reason,
    judged_before_due.reason IS NULL AS wanted
    FROM (
      SELECT dated_before_due.subject_id AS subject_id,
      dated_before_due.store_id AS store_id,
      dated_before_due.customer_id AS customer_id,
      dated_before_due.time_zone AS time_zone,
      dated_before_due.language AS language,
      dated_before_due.today AS today,
      dated_before_due.anchor_at AS anchor_at,
      dated_before_due.oldest_due AS oldest_due,
      dated_before_due.owes AS owes,
      dated_before_due.totals AS totals,
      dated_before_due.invoices AS invoices,
      dated_before_due.arranged AS arranged,
      dated_before_due.promised_for AS promised_for,
      dated_before_due.promise_running AS promise_running,
      dated_before_due.broken_promise_id AS broken_promise_id,
      dated_before_due.resumes_on AS resumes_on,
      dated_before_due.reached_days AS reached_days,
      dated_before_due.due_at AS due_at,
      dated_before_due.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND dated_before_due.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND NOT dated_before_due.owes
      ) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_before_due.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_before_due.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_before_due.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY ('{still-owes,no-promise}') AND dated_before_due.promise_running
      ) THEN 'promise-running' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.oldest_due AS oldest_due,
        anon_10.owes AS owes,
        anon_10.totals AS totals,
        anon_10.invoices AS invoices,
        anon_10.arranged AS arranged,
        anon_10.promised_for AS promised_for,
        anon_10.promise_running AS promise_running,
        anon_10.broken_promise_id AS broken_promise_id,
        anon_10.resumes_on AS resumes_on,
        anon_10.reached_days AS reached_days,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS due_at,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS valid_until
        FROM anon_10
        WHERE anon_10.resumes_on IS NOT NULL
        OR coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_before_due
      WHERE dated_before_due.due_at IS NOT NULL
      AND dated_before_due.due_at < dated_before_due.valid_until
      AND dated_before_due.due_at <= :param
      AND dated_before_due.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_before_due
    WHERE true
    UNION ALL
    SELECT 'due-today' AS step,
    judged_due_today.subject_id AS subject_id,
    judged_due_today.anchor_at AS anchor_at,
    judged_due_today.store_id AS store_id,
    judged_due_today.customer_id AS customer_id,
    CASE
    WHEN (judged_due_today.language = 'en') THEN :param
    WHEN (judged_due_today.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_due_today.due_at AS due_at,
    judged_due_today.valid_until AS valid_until,
    judged_due_today.due_at AS not_before,
    judged_due_today.valid_until <= :param AS passed,
    judged_due_today.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_due_today.reason IS NULL) THEN jsonb_build_object(
      'totals',
      judged_due_today.totals,
      'oldest_due',
      judged_due_today.oldest_due,
      'invoices',
      judged_due_today.invoices,
      'promised_for',
      judged_due_today.promised_for
    ) END AS figures,
    judged_due_today.reason AS reason,
    judged_due_today.reason IS NULL AS wanted
    FROM (
      SELECT dated_due_today.subject_id AS subject_id,
      dated_due_today.store_id AS store_id,
      dated_due_today.customer_id AS customer_id,
      dated_due_today.time_zone AS time_zone,
      dated_due_today.language AS language,
      dated_due_today.today AS today,
      dated_due_today.anchor_at AS anchor_at,
      dated_due_today.oldest_due AS oldest_due,
      dated_due_today.owes AS owes,
      dated_due_today.totals AS totals,
      dated_due_today.invoices AS invoices,
      dated_due_today.arranged AS arranged,
      dated_due_today.promised_for AS promised_for,
      dated_due_today.promise_running AS promise_running,
      dated_due_today.broken_promise_id AS broken_promise_id,
      dated_due_today.resumes_on AS resumes_on,
      dated_due_today.reached_days AS reached_days,
      dated_due_today.due_at AS due_at,
      dated_due_today.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND dated_due_today.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND NOT dated_due_today.owes
      ) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_due_today.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_due_today.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_due_today.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY ('{still-owes,no-promise}') AND dated_due_today.promise_running
      ) THEN 'promise-running' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.oldest_due AS oldest_due,
        anon_10.owes AS owes,
        anon_10.totals AS totals,
        anon_10.invoices AS invoices,
        anon_10.arranged AS arranged,
        anon_10.promised_for AS promised_for,
        anon_10.promise_running AS promise_running,
        anon_10.broken_promise_id AS broken_promise_id,
        anon_10.resumes_on AS resumes_on,
        anon_10.reached_days AS reached_days,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS due_at,
        least(
          CASE
          WHEN (
            anon_10.resumes_on IS NULL
            OR CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
          ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
          WHEN (
            CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
          ) THEN NULL
          WHEN (
            CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
          ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
          ELSE greatest(
            timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
            timezone(
              anon_10.time_zone,
              anon_10.resumes_on + (
                :param - CASE
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
              ) + '10:00:00'
            )
          ) END,
          timezone(
            anon_10.time_zone,
            CAST(
              timezone(
                anon_10.time_zone,
                CASE
                WHEN (
                  anon_10.resumes_on IS NULL
                  OR CASE
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
                ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
                WHEN (
                  CASE
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
                ) THEN NULL
                WHEN (
                  CASE
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
                ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
                ELSE greatest(
                  timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
                  timezone(
                    anon_10.time_zone,
                    anon_10.resumes_on + (
                      :param - CASE
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
                    ) + '10:00:00'
                  )
                ) END
              ) AS DATE
            ) + :param + '00:00:00'
          )
        ) AS valid_until
        FROM anon_10
        WHERE anon_10.resumes_on IS NOT NULL
        OR coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_due_today
      WHERE dated_due_today.due_at IS NOT NULL
      AND dated_due_today.due_at < dated_due_today.valid_until
      AND dated_due_today.due_at <= :param
      AND dated_due_today.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_due_today
    WHERE true
    UNION ALL
    SELECT 'reminder-7' AS step,
    judged_reminder_7.subject_id AS subject_id,
    judged_reminder_7.anchor_at AS anchor_at,
    judged_reminder_7.store_id AS store_id,
    judged_reminder_7.customer_id AS customer_id,
    CASE
    WHEN (judged_reminder_7.language = 'en') THEN :param
    WHEN (judged_reminder_7.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_reminder_7.due_at AS due_at,
    judged_reminder_7.valid_until AS valid_until,
    judged_reminder_7.due_at AS not_before,
    judged_reminder_7.valid_until <= :param AS passed,
    judged_reminder_7.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_reminder_7.reason IS NULL) THEN jsonb_build_object(
      'totals',
      judged_reminder_7.totals,
      'oldest_due',
      judged_reminder_7.oldest_due,
      'invoices',
      judged_reminder_7.invoices,
      'promised_for',
      judged_reminder_7.promised_for
    ) END AS figures,
    judged_reminder_7.reason AS reason,
    judged_reminder_7.reason IS NULL AS wanted
    FROM (
      SELECT dated_reminder_7.subject_id AS subject_id,
      dated_reminder_7.store_id AS store_id,
      dated_reminder_7.customer_id AS customer_id,
      dated_reminder_7.time_zone AS time_zone,
      dated_reminder_7.language AS language,
      dated_reminder_7.today AS today,
      dated_reminder_7.anchor_at AS anchor_at,
      dated_reminder_7.oldest_due AS oldest_due,
      dated_reminder_7.owes AS owes,
      dated_reminder_7.totals AS totals,
      dated_reminder_7.invoices AS invoices,
      dated_reminder_7.arranged AS arranged,
      dated_reminder_7.promised_for AS promised_for,
      dated_reminder_7.promise_running AS promise_running,
      dated_reminder_7.broken_promise_id AS broken_promise_id,
      dated_reminder_7.resumes_on AS resumes_on,
      dated_reminder_7.reached_days AS reached_days,
      dated_reminder_7.due_at AS due_at,
      dated_reminder_7.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND dated_reminder_7.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND NOT dated_reminder_7.owes
      ) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_reminder_7.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_reminder_7.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_reminder_7.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY ('{still-owes,no-promise}') AND dated_reminder_7.promise_running
      ) THEN 'promise-running' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.oldest_due AS oldest_due,
        anon_10.owes AS owes,
        anon_10.totals AS totals,
        anon_10.invoices AS invoices,
        anon_10.arranged AS arranged,
        anon_10.promised_for AS promised_for,
        anon_10.promise_running AS promise_running,
        anon_10.broken_promise_id AS broken_promise_id,
        anon_10.resumes_on AS resumes_on,
        anon_10.reached_days AS reached_days,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS due_at,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS valid_until
        FROM anon_10
        WHERE anon_10.resumes_on IS NOT NULL
        OR coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_reminder_7
      WHERE dated_reminder_7.due_at IS NOT NULL
      AND dated_reminder_7.due_at < dated_reminder_7.valid_until
      AND dated_reminder_7.due_at <= :param
      AND dated_reminder_7.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_reminder_7
    WHERE true
    UNION ALL
    SELECT 'call-15' AS step,
    judged_call_15.subject_id AS subject_id,
    judged_call_15.anchor_at AS anchor_at,
    judged_call_15.store_id AS store_id,
    judged_call_15.customer_id AS customer_id,
    CASE
    WHEN (judged_call_15.language = 'en') THEN :param
    WHEN (judged_call_15.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_call_15.due_at AS due_at,
    judged_call_15.valid_until AS valid_until,
    judged_call_15.due_at AS not_before,
    judged_call_15.valid_until <= :param AS passed,
    judged_call_15.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_call_15.reason IS NULL) THEN jsonb_build_object(
      'totals',
      judged_call_15.totals,
      'oldest_due',
      judged_call_15.oldest_due,
      'invoices',
      judged_call_15.invoices,
      'promised_for',
      judged_call_15.promised_for
    ) END AS figures,
    judged_call_15.reason AS reason,
    judged_call_15.reason IS NULL AS wanted
    FROM (
      SELECT dated_call_15.subject_id AS subject_id,
      dated_call_15.store_id AS store_id,
      dated_call_15.customer_id AS customer_id,
      dated_call_15.time_zone AS time_zone,
      dated_call_15.language AS language,
      dated_call_15.today AS today,
      dated_call_15.anchor_at AS anchor_at,
      dated_call_15.oldest_due AS oldest_due,
      dated_call_15.owes AS owes,
      dated_call_15.totals AS totals,
      dated_call_15.invoices AS invoices,
      dated_call_15.arranged AS arranged,
      dated_call_15.promised_for AS promised_for,
      dated_call_15.promise_running AS promise_running,
      dated_call_15.broken_promise_id AS broken_promise_id,
      dated_call_15.resumes_on AS resumes_on,
      dated_call_15.reached_days AS reached_days,
      dated_call_15.due_at AS due_at,
      dated_call_15.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND dated_call_15.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN ('still-owes' = ANY ('{still-owes,no-promise}') AND NOT dated_call_15.owes) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_call_15.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_call_15.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_call_15.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY ('{still-owes,no-promise}') AND dated_call_15.promise_running
      ) THEN 'promise-running' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.oldest_due AS oldest_due,
        anon_10.owes AS owes,
        anon_10.totals AS totals,
        anon_10.invoices AS invoices,
        anon_10.arranged AS arranged,
        anon_10.promised_for AS promised_for,
        anon_10.promise_running AS promise_running,
        anon_10.broken_promise_id AS broken_promise_id,
        anon_10.resumes_on AS resumes_on,
        anon_10.reached_days AS reached_days,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS due_at,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS valid_until
        FROM anon_10
        WHERE anon_10.resumes_on IS NOT NULL
        OR coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_call_15
      WHERE dated_call_15.due_at IS NOT NULL
      AND dated_call_15.due_at < dated_call_15.valid_until
      AND dated_call_15.due_at <= :param
      AND dated_call_15.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_call_15
    WHERE true
    UNION ALL
    SELECT 'formal-30' AS step,
    judged_formal_30.subject_id AS subject_id,
    judged_formal_30.anchor_at AS anchor_at,
    judged_formal_30.store_id AS store_id,
    judged_formal_30.customer_id AS customer_id,
    CASE
    WHEN (judged_formal_30.language = 'en') THEN :param
    WHEN (judged_formal_30.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_formal_30.due_at AS due_at,
    judged_formal_30.valid_until AS valid_until,
    judged_formal_30.due_at AS not_before,
    judged_formal_30.valid_until <= :param AS passed,
    judged_formal_30.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_formal_30.reason IS NULL) THEN jsonb_build_object(
      'totals',
      judged_formal_30.totals,
      'oldest_due',
      judged_formal_30.oldest_due,
      'invoices',
      judged_formal_30.invoices,
      'promised_for',
      judged_formal_30.promised_for
    ) END AS figures,
    judged_formal_30.reason AS reason,
    judged_formal_30.reason IS NULL AS wanted
    FROM (
      SELECT dated_formal_30.subject_id AS subject_id,
      dated_formal_30.store_id AS store_id,
      dated_formal_30.customer_id AS customer_id,
      dated_formal_30.time_zone AS time_zone,
      dated_formal_30.language AS language,
      dated_formal_30.today AS today,
      dated_formal_30.anchor_at AS anchor_at,
      dated_formal_30.oldest_due AS oldest_due,
      dated_formal_30.owes AS owes,
      dated_formal_30.totals AS totals,
      dated_formal_30.invoices AS invoices,
      dated_formal_30.arranged AS arranged,
      dated_formal_30.promised_for AS promised_for,
      dated_formal_30.promise_running AS promise_running,
      dated_formal_30.broken_promise_id AS broken_promise_id,
      dated_formal_30.resumes_on AS resumes_on,
      dated_formal_30.reached_days AS reached_days,
      dated_formal_30.due_at AS due_at,
      dated_formal_30.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND dated_formal_30.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND NOT dated_formal_30.owes
      ) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_formal_30.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_formal_30.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_formal_30.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY ('{still-owes,no-promise}') AND dated_formal_30.promise_running
      ) THEN 'promise-running' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.oldest_due AS oldest_due,
        anon_10.owes AS owes,
        anon_10.totals AS totals,
        anon_10.invoices AS invoices,
        anon_10.arranged AS arranged,
        anon_10.promised_for AS promised_for,
        anon_10.promise_running AS promise_running,
        anon_10.broken_promise_id AS broken_promise_id,
        anon_10.resumes_on AS resumes_on,
        anon_10.reached_days AS reached_days,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS due_at,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS valid_until
        FROM anon_10
        WHERE anon_10.resumes_on IS NOT NULL
        OR coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_formal_30
      WHERE dated_formal_30.due_at IS NOT NULL
      AND dated_formal_30.due_at < dated_formal_30.valid_until
      AND dated_formal_30.due_at <= :param
      AND dated_formal_30.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_formal_30
    WHERE true
    UNION ALL
    SELECT 'finance-60' AS step,
    judged_finance_60.subject_id AS subject_id,
    judged_finance_60.anchor_at AS anchor_at,
    judged_finance_60.store_id AS store_id,
    judged_finance_60.customer_id AS customer_id,
    CASE
    WHEN (judged_finance_60.language = 'en') THEN :param
    WHEN (judged_finance_60.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_finance_60.due_at AS due_at,
    judged_finance_60.valid_until AS valid_until,
    judged_finance_60.due_at AS not_before,
    judged_finance_60.valid_until <= :param AS passed,
    judged_finance_60.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_finance_60.reason IS NULL) THEN jsonb_build_object(
      'totals',
      judged_finance_60.totals,
      'oldest_due',
      judged_finance_60.oldest_due,
      'invoices',
      judged_finance_60.invoices,
      'promised_for',
      judged_finance_60.promised_for
    ) END AS figures,
    judged_finance_60.reason AS reason,
    judged_finance_60.reason IS NULL AS wanted
    FROM (
      SELECT dated_finance_60.subject_id AS subject_id,
      dated_finance_60.store_id AS store_id,
      dated_finance_60.customer_id AS customer_id,
      dated_finance_60.time_zone AS time_zone,
      dated_finance_60.language AS language,
      dated_finance_60.today AS today,
      dated_finance_60.anchor_at AS anchor_at,
      dated_finance_60.oldest_due AS oldest_due,
      dated_finance_60.owes AS owes,
      dated_finance_60.totals AS totals,
      dated_finance_60.invoices AS invoices,
      dated_finance_60.arranged AS arranged,
      dated_finance_60.promised_for AS promised_for,
      dated_finance_60.promise_running AS promise_running,
      dated_finance_60.broken_promise_id AS broken_promise_id,
      dated_finance_60.resumes_on AS resumes_on,
      dated_finance_60.reached_days AS reached_days,
      dated_finance_60.due_at AS due_at,
      dated_finance_60.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND dated_finance_60.oldest_due IS NULL
      ) THEN 'nothing-owed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND NOT dated_finance_60.owes
      ) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_finance_60.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_finance_60.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(dated_finance_60.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN (
        'no-promise' = ANY ('{still-owes,no-promise}') AND dated_finance_60.promise_running
      ) THEN 'promise-running' END END AS reason
      FROM (
        SELECT anon_10.subject_id AS subject_id,
        anon_10.store_id AS store_id,
        anon_10.customer_id AS customer_id,
        anon_10.time_zone AS time_zone,
        anon_10.language AS language,
        anon_10.today AS today,
        anon_10.anchor_at AS anchor_at,
        anon_10.oldest_due AS oldest_due,
        anon_10.owes AS owes,
        anon_10.totals AS totals,
        anon_10.invoices AS invoices,
        anon_10.arranged AS arranged,
        anon_10.promised_for AS promised_for,
        anon_10.promise_running AS promise_running,
        anon_10.broken_promise_id AS broken_promise_id,
        anon_10.resumes_on AS resumes_on,
        anon_10.reached_days AS reached_days,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END AS due_at,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END + '3650 days, 0:00:00' AS valid_until
        FROM anon_10
        WHERE anon_10.resumes_on IS NOT NULL
        OR coalesce(anon_10.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_finance_60
      WHERE dated_finance_60.due_at IS NOT NULL
      AND dated_finance_60.due_at < dated_finance_60.valid_until
      AND dated_finance_60.due_at <= :param
      AND dated_finance_60.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_finance_60
    WHERE true
    UNION ALL
    SELECT 'finance-60' AS step,
    past_account.subject_id AS subject_id,
    past_account.anchor_at AS anchor_at,
    past_account.store_id AS store_id,
    past_account.customer_id AS customer_id,
    CASE
    WHEN (past_account.language = 'en') THEN :param
    WHEN (past_account.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    past_account.due_at AS due_at,
    past_account.valid_until AS valid_until,
    past_account.due_at AS not_before,
    TRUE AS passed,
    TRUE AS late,
    CAST(NULL AS JSONB) AS figures,
    'past-last-step' AS reason,
    FALSE AS wanted
    FROM (
      SELECT anon_10.subject_id AS subject_id,
      anon_10.store_id AS store_id,
      anon_10.customer_id AS customer_id,
      anon_10.time_zone AS time_zone,
      anon_10.language AS language,
      anon_10.today AS today,
      anon_10.anchor_at AS anchor_at,
      anon_10.oldest_due AS oldest_due,
      anon_10.owes AS owes,
      anon_10.totals AS totals,
      anon_10.invoices AS invoices,
      anon_10.arranged AS arranged,
      anon_10.promised_for AS promised_for,
      anon_10.promise_running AS promise_running,
      anon_10.broken_promise_id AS broken_promise_id,
      anon_10.resumes_on AS resumes_on,
      anon_10.reached_days AS reached_days,
      CASE
      WHEN (
        anon_10.resumes_on IS NULL
        OR CASE
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
      ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
      WHEN (
        CASE
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
      ) THEN NULL
      WHEN (
        CASE
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
        WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
      ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
      ELSE greatest(
        timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
        timezone(
          anon_10.time_zone,
          anon_10.resumes_on + (
            :param - CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
          ) + '10:00:00'
        )
      ) END AS due_at,
      greatest(
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END,
        least(
          CASE
          WHEN (
            anon_10.resumes_on IS NULL
            OR CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
          ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
          WHEN (
            CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
          ) THEN NULL
          WHEN (
            CASE
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
            WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
          ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
          ELSE greatest(
            timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
            timezone(
              anon_10.time_zone,
              anon_10.resumes_on + (
                :param - CASE
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
              ) + '10:00:00'
            )
          ) END,
          timezone(
            anon_10.time_zone,
            CAST(
              timezone(
                anon_10.time_zone,
                CASE
                WHEN (
                  anon_10.resumes_on IS NULL
                  OR CASE
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
                ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
                WHEN (
                  CASE
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
                ) THEN NULL
                WHEN (
                  CASE
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                  WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
                ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
                ELSE greatest(
                  timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
                  timezone(
                    anon_10.time_zone,
                    anon_10.resumes_on + (
                      :param - CASE
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
                      WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
                    ) + '10:00:00'
                  )
                ) END
              ) AS DATE
            ) + :param + '00:00:00'
          )
        ),
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END,
        CASE
        WHEN (
          anon_10.resumes_on IS NULL
          OR CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END IS NULL
        ) THEN timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00')
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END > :param
        ) THEN NULL
        WHEN (
          CASE
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
          WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END = :param
        ) THEN timezone(anon_10.time_zone, anon_10.resumes_on + '10:00:00')
        ELSE greatest(
          timezone(anon_10.time_zone, anon_10.oldest_due + :param + '10:00:00'),
          timezone(
            anon_10.time_zone,
            anon_10.resumes_on + (
              :param - CASE
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param
              WHEN (greatest(anon_10.reached_days, :greatest) < :greatest) THEN :param END
            ) + '10:00:00'
          )
        ) END + '3650 days, 0:00:00'
      ) AS valid_until
      FROM anon_10
      WHERE anon_10.anchor_at IS NOT NULL
      LIMIT ALL OFFSET :param
    ) AS past_account
    WHERE past_account.valid_until <= :param
    AND CASE
    WHEN FALSE THEN 'said-before-move'
    ELSE CASE
    WHEN (
      'still-owes' = ANY ('{still-owes,no-promise}') AND past_account.oldest_due IS NULL
    ) THEN 'nothing-owed'
    WHEN ('still-owes' = ANY ('{still-owes,no-promise}') AND NOT past_account.owes) THEN 'within-tolerance'
    WHEN (
      'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(past_account.arranged = 'dispute', FALSE)
    ) THEN 'account-disputed'
    WHEN (
      'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(past_account.arranged = 'block', FALSE)
    ) THEN 'chasing-blocked'
    WHEN (
      'still-owes' = ANY ('{still-owes,no-promise}') AND coalesce(past_account.arranged = 'instalments', FALSE)
    ) THEN 'instalments-running'
    WHEN (
      'no-promise' = ANY ('{still-owes,no-promise}') AND past_account.promise_running
    ) THEN 'promise-running' END END IS NULL
  ) AS population
),
planned AS /* the touches that were not there yet, inserted */ (
  INSERT INTO touches (
    process,
    subject_kind,
    subject_id,
    anchor_at,
    step,
    kind,
    purpose,
    priority,
    obligation,
    works_holidays,
    store_id,
    customer_id,
    policy_version_id,
    template_version_id,
    channels,
    conditions,
    role,
    approval,
    effects,
    series,
    due_at,
    valid_until,
    not_before,
    state,
    figures,
    state_at,
    planned_at,
    planned_by,
    gate,
    reason
  )
  SELECT wanted.process AS process,
  wanted.subject_kind AS subject_kind,
  wanted.subject_id AS subject_id,
  wanted.anchor_at AS anchor_at,
  wanted.step AS step,
  wanted.kind AS kind,
  wanted.purpose AS purpose,
  wanted.priority AS priority,
  wanted.obligation AS obligation,
  wanted.works_holidays AS works_holidays,
  wanted.store_id AS store_id,
  wanted.customer_id AS customer_id,
  wanted.policy_version_id AS policy_version_id,
  wanted.template_version_id AS template_version_id,
  wanted.channels AS channels,
  wanted.conditions AS conditions,
  wanted.role AS role,
  wanted.approval AS approval,
  wanted.effects AS effects,
  wanted.series AS series,
  wanted.due_at AS due_at,
  wanted.valid_until AS valid_until,
  wanted.not_before AS not_before,
  wanted.state AS state,
  wanted.figures AS figures,
  :param AS anon_5,
  :param AS anon_6,
  NULL AS anon_7,
  CASE
  WHEN (wanted.state = 'skipped') THEN 'validity' END AS anon_8,
  CASE
  WHEN (wanted.state = 'skipped') THEN wanted.late END AS anon_9
  FROM (
    SELECT 'overdue-accounts' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  ON CONFLICT ON CONSTRAINT uq_touches_once DO NOTHING
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what was found late, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT planned.id AS id,
  'validity' AS anon_1,
  'stop' AS anon_2,
  planned.reason AS reason,
  jsonb_build_object() AS jsonb_build_object_1,
  :param AS anon_3,
  NULL AS anon_4
  FROM planned
  WHERE planned.state = 'skipped'
),
revived AS /* ended touches whose reason is back, planned again */ (
  UPDATE touches
  SET policy_version_id=wanted.policy_version_id,
  template_version_id=wanted.template_version_id,
  conditions=wanted.conditions,
  series=wanted.series,
  due_at=wanted.due_at,
  valid_until=wanted.valid_until,
  not_before=wanted.not_before,
  state=wanted.state,
  state_at=:param,
  gate=NULL,
  reason=NULL,
  reason_figures=NULL,
  figures=wanted.figures,
  approved_at=NULL,
  approved_by=NULL
  FROM (
    SELECT 'overdue-accounts' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  WHERE coalesce(touches.state IN ('cancelled', 'superseded'), false)
  AND touches.process = wanted.process
  AND touches.subject_kind = wanted.subject_kind
  AND touches.subject_id = wanted.subject_id
  AND touches.anchor_at = wanted.anchor_at
  AND touches.step = wanted.step
  AND touches.state IN ('cancelled', 'superseded')
  AND touches.gate IN ('facts', 'anchor')
  AND touches.contacted_at IS NULL
  AND wanted.state != 'skipped'
  RETURNING touches.id
)
SELECT counted.part,
counted.reason,
counted.touches
FROM (
  SELECT 'looked at' AS part,
  looked_at.reason AS reason,
  count(*) AS touches
  FROM looked_at
  GROUP BY looked_at.reason
  UNION ALL
  SELECT 'planned' AS part,
  planned.reason AS reason,
  count(*) AS touches
  FROM planned
  GROUP BY planned.reason
  UNION ALL
  SELECT 'revived' AS part,
  NULL AS reason,
  count(*) AS touches
  FROM revived
  GROUP BY NULL
) AS counted;
