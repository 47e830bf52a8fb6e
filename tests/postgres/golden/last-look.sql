WITH mine AS /* the claimed touches about to be sent, locked */ (
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
  WHERE touches.id IN (
    SELECT CAST(each_of_ids AS UUID) AS each_of_ids FROM jsonb_array_elements_text(:ids) AS each_of_ids
  )
  FOR UPDATE OF touches
),
anon_9 AS MATERIALIZED /* the tolerances of the policy versions that touches were planned under */ (
  SELECT policy_versions.id AS id,
  policy_versions.body #> '{rules, tolerance}' AS value
  FROM policy_versions
  WHERE policy_versions.id IN (
    SELECT mine.policy_version_id FROM mine WHERE coalesce(mine.subject_kind = 'account', FALSE)
  )
),
anon_4 AS /* the accounts looked at, with their day and tolerances */ (
  SELECT accounts.id AS account_id,
  accounts.store_id AS store_id,
  accounts.customer_id AS customer_id,
  accounts.key AS account,
  stores.today AS today,
  anon_8.policy_version_id AS policy_version_id,
  (SELECT anon_9.value FROM anon_9 WHERE anon_9.id = anon_8.policy_version_id) AS tolerance
  FROM accounts
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :now) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = accounts.store_id
  JOIN (
    SELECT DISTINCT mine.subject_id AS subject_id,
    mine.policy_version_id AS policy_version_id
    FROM mine
    WHERE coalesce(mine.subject_kind = 'account', FALSE)
  ) AS anon_8 ON anon_8.subject_id = accounts.id
),
anon_10 AS /* the invoices and credit notes known on the day, with what was paid on each */ (
  SELECT anon_4.account_id AS account_id,
  anon_4.policy_version_id AS policy_version_id,
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
      ELSE invoices.status_on END <= anon_4.today
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
    ELSE invoices.status_on END <= anon_4.today
  ) THEN invoices.status
  ELSE 'open' END = 'open'
  AND NOT (
    EXISTS (
      SELECT :param AS anon_12
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_4.today
      AND account_arrangements.ends_on >= anon_4.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_4.today
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
    ELSE invoices.status_on END <= anon_4.today
  ) THEN invoices.status
  ELSE 'open' END = 'disputed'
  OR (
    EXISTS (
      SELECT :param AS anon_13
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_4.today
      AND account_arrangements.ends_on >= anon_4.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_4.today
      )
    )
  ) AS contested,
  (
    SELECT coalesce(sum(payments.amount), 0) AS coalesce_8
    FROM payments
    WHERE payments.invoice_id = invoices.id
    AND payments.currency = invoices.currency
    AND payments.paid_on <= anon_4.today
  ) AS paid,
  coalesce(CAST(anon_4.tolerance ->> invoices.currency AS NUMERIC(14, 2)), 0) AS tolerated
  FROM invoices
  JOIN anon_4 ON anon_4.account_id = invoices.account_id
  WHERE invoices.issued_on IS NULL
  OR invoices.issued_on <= anon_4.today
),
anon_11 AS /* per account and currency: payments on account, credit notes, overpayments */ (
  SELECT credits.account_id AS account_id,
  credits.policy_version_id AS policy_version_id,
  credits.currency AS currency,
  sum(credits.amount) AS amount
  FROM (
    SELECT anon_4.account_id AS account_id,
    anon_4.policy_version_id AS policy_version_id,
    payments.currency AS currency,
    payments.amount AS amount
    FROM anon_4
    JOIN payments ON anon_4.account_id = payments.account_id
    WHERE payments.invoice_id IS NULL
    AND payments.paid_on <= anon_4.today
    UNION ALL
    SELECT anon_10.account_id AS account_id,
    anon_10.policy_version_id AS policy_version_id,
    anon_10.currency AS currency,
    anon_10.amount AS amount
    FROM anon_10
    WHERE anon_10.kind = 'credit-note'
    AND anon_10.chased
    UNION ALL
    SELECT anon_10.account_id AS account_id,
    anon_10.policy_version_id AS policy_version_id,
    anon_10.currency AS currency,
    anon_10.paid - anon_10.amount AS amount
    FROM anon_10
    WHERE anon_10.kind = 'invoice'
    AND anon_10.paid > anon_10.amount
  ) AS credits
  GROUP BY credits.account_id,
  credits.policy_version_id,
  credits.currency
),
anon_5 AS /* per account: the invoices that are chased, and their totals */ (
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
        SELECT anon_10.account_id AS account_id,
        anon_10.policy_version_id AS policy_version_id,
        anon_10.number AS number,
        anon_10.salesperson_id AS salesperson_id,
        anon_10.currency AS currency,
        anon_10.due_on AS due_on,
        anon_10.tolerated AS tolerated,
        least(
          anon_10.amount - anon_10.paid,
          greatest(
            sum(anon_10.amount - anon_10.paid) OVER (
              PARTITION BY anon_10.account_id,
              anon_10.policy_version_id,
              anon_10.currency
              ORDER BY anon_10.due_on,
              anon_10.invoice_id
            ) - coalesce(anon_11.amount, 0),
            0
          )
        ) AS open
        FROM anon_10
        LEFT OUTER JOIN anon_11 ON anon_11.account_id = anon_10.account_id
        AND anon_11.policy_version_id = anon_10.policy_version_id
        AND anon_11.currency = anon_10.currency
        WHERE anon_10.kind = 'invoice'
        AND anon_10.chased
        AND anon_10.amount > anon_10.paid
      ) AS open_invoices
      WHERE open_invoices.open > 0
    ) AS balances
  ) AS listed
  WHERE listed.listed
  GROUP BY listed.account_id,
  listed.policy_version_id
),
anon_7 AS MATERIALIZED /* per account: the latest promise to pay, and whether it was kept */ (
  SELECT DISTINCT ON (anon_4.account_id, anon_4.policy_version_id) anon_4.account_id AS account_id,
  anon_4.policy_version_id AS policy_version_id,
  promises.id AS promise_id,
  promises.made_on AS made_on,
  promises.promised_for AS promised_for,
  coalesce(
    promises.amount <= (
      SELECT coalesce(sum(payments.amount), 0) AS coalesce_9
      FROM payments
      WHERE payments.account_id = promises.account_id
      AND payments.currency = promises.currency
      AND payments.paid_on BETWEEN promises.made_on
      AND least(promises.promised_for, anon_4.today)
    ),
    FALSE
  ) AS kept,
  promises.promised_for >= anon_4.today AS running
  FROM promises
  JOIN anon_4 ON anon_4.account_id = promises.account_id
  WHERE promises.made_on <= anon_4.today
  ORDER BY anon_4.account_id,
  anon_4.policy_version_id,
  promises.made_on DESC,
  promises.promised_for DESC,
  promises.id DESC
),
anon_6 AS MATERIALIZED /* per account: the arrangement for which chasing waits */ (
  SELECT DISTINCT ON (anon_4.account_id, anon_4.policy_version_id) anon_4.account_id AS account_id,
  anon_4.policy_version_id AS policy_version_id,
  account_arrangements.kind AS arranged,
  account_arrangements.ends_on AS arranged_until
  FROM anon_4
  JOIN account_arrangements ON account_arrangements.account_id = anon_4.account_id
  WHERE account_arrangements.invoice_id IS NULL
  AND account_arrangements.starts_on <= anon_4.today
  AND account_arrangements.ends_on >= anon_4.today
  AND (
    account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_4.today
  )
  AND (
    account_arrangements.kind != 'instalments'
    OR (
      SELECT coalesce(sum(payments.amount), :coalesce) AS coalesce_11
      FROM payments
      WHERE payments.account_id = account_arrangements.account_id
      AND payments.currency = account_arrangements.currency
      AND payments.paid_on BETWEEN account_arrangements.starts_on
      AND anon_4.today
    ) >= (
      SELECT coalesce(sum(account_instalments.amount), :coalesce) AS coalesce_13
      FROM account_instalments
      WHERE account_instalments.arrangement_id = account_arrangements.id
      AND account_instalments.due_on < anon_4.today
    )
  )
  ORDER BY anon_4.account_id,
  anon_4.policy_version_id,
  account_arrangements.ends_on DESC,
  account_arrangements.id DESC
),
account_once AS MATERIALIZED /* the facts of each account that a touch is about */ (
  SELECT anon_4.account_id AS subject_id,
  anon_4.policy_version_id AS policy_version_id,
  anon_4.store_id AS store_id,
  anon_4.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  timezone(stores.time_zone, anon_5.oldest_due + '00:00:00') AS anchor_at,
  anon_4.account AS account,
  anon_5.oldest_due AS oldest_due,
  coalesce(anon_5.owes, FALSE) AS owes,
  anon_5.totals AS totals,
  anon_5.invoices AS invoices,
  anon_6.arranged AS arranged,
  anon_7.promised_for AS promised_for,
  coalesce(anon_7.running, FALSE)
  AND NOT anon_7.kept AS promise_running,
  CASE
  WHEN (
    NOT anon_7.kept AND NOT anon_7.running AND anon_7.promised_for >= anon_5.oldest_due
  ) THEN anon_7.promise_id END AS broken_promise_id,
  CASE
  WHEN (
    NOT anon_7.kept AND NOT anon_7.running AND anon_7.promised_for >= anon_5.oldest_due
  ) THEN CAST(anon_7.promised_for + :param AS DATE) END AS resumes_on,
  CASE
  WHEN (
    NOT anon_7.kept AND NOT anon_7.running AND anon_7.promised_for >= anon_5.oldest_due
  ) THEN anon_7.made_on - anon_5.oldest_due END AS reached_days
  FROM anon_4
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :now) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = anon_4.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = anon_4.customer_id
  LEFT OUTER JOIN customers ON customers.id = anon_4.customer_id
  LEFT OUTER JOIN anon_5 ON anon_5.account_id = anon_4.account_id
  AND anon_5.policy_version_id = anon_4.policy_version_id
  LEFT OUTER JOIN anon_7 ON anon_7.account_id = anon_4.account_id
  AND anon_7.policy_version_id = anon_4.policy_version_id
  LEFT OUTER JOIN anon_6 ON anon_6.account_id = anon_4.account_id
  AND anon_6.policy_version_id = anon_4.policy_version_id
),
handover_once AS MATERIALIZED /* the facts of each handover that a touch is about */ (
  SELECT handovers.id AS subject_id,
  handovers.store_id AS store_id,
  handovers.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  handovers.handed_over_on AS day,
  timezone(stores.time_zone, handovers.handed_over_on + '00:00:00') AS anchor_at,
  coalesce(disposed.disposed_on <= stores.today, FALSE)
  OR (
    EXISTS (
      SELECT :param AS anon_15
      FROM handovers AS handovers_1
      WHERE handovers_1.vehicle_id = handovers.vehicle_id
      AND handovers_1.customer_id != handovers.customer_id
      AND handovers_1.handed_over_on > handovers.handed_over_on
      AND handovers_1.handed_over_on <= stores.today
    )
  ) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM handovers
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :now) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = handovers.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = handovers.customer_id
  LEFT OUTER JOIN customers ON customers.id = handovers.customer_id
  LEFT OUTER JOIN (
    SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
  ) AS disposed ON disposed.id = handovers.vehicle_id
  LEFT OUTER JOIN vehicles ON vehicles.id = handovers.vehicle_id
  WHERE handovers.id IN (
    SELECT mine.subject_id FROM mine WHERE coalesce(mine.subject_kind = 'handover', FALSE)
  )
),
facts AS /* what the facts say of each claimed touch now */ (
  SELECT mine.id AS touch_id,
  mine.state AS state,
  coalesce(
    CASE
    WHEN CASE
    WHEN (mine.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_3
      FROM touches AS earlier
      WHERE earlier.process = mine.process
      AND earlier.subject_kind = 'account'
      AND earlier.step = mine.step
      AND earlier.subject_id = mine.subject_id
      AND earlier.anchor_at != mine.anchor_at
      AND earlier.due_at < mine.due_at
      AND earlier.valid_until > mine.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN ('still-owes' = ANY (mine.conditions) AND account_now.oldest_due IS NULL) THEN 'nothing-owed'
    WHEN ('still-owes' = ANY (mine.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
    WHEN (
      'still-owes' = ANY (mine.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
    ) THEN 'account-disputed'
    WHEN (
      'still-owes' = ANY (mine.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
    ) THEN 'chasing-blocked'
    WHEN (
      'still-owes' = ANY (mine.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
    ) THEN 'instalments-running'
    WHEN ('no-promise' = ANY (mine.conditions) AND account_now.promise_running) THEN 'promise-running' END END IS NULL
    AND CASE
    WHEN (mine.series IS NOT NULL) THEN NOT (
      coalesce(
        (
          CAST(
            (
              (
                EXTRACT(year FROM timezone(account_now.time_zone, mine.anchor_at)) - EXTRACT(year FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, mine.anchor_at))
            ) - EXTRACT(month FROM timezone(account_now.time_zone, account_now.anchor_at)) AS INTEGER
          ) - CASE
          WHEN (
            CAST((mine.series ->> 'next_day') AS BOOLEAN)
            AND EXTRACT(day FROM timezone(account_now.time_zone, mine.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
          ) THEN :param
          ELSE :param END
        ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
        (
          CAST(timezone(account_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
        ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
      ) >= :coalesce
      AND CASE
      WHEN (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(account_now.time_zone, mine.anchor_at)) - EXTRACT(
                    year FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, mine.anchor_at))
              ) - EXTRACT(month FROM timezone(account_now.time_zone, account_now.anchor_at)) AS INTEGER
            ) - CASE
            WHEN (
              CAST((mine.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(account_now.time_zone, mine.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(account_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
          ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
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
                    EXTRACT(year FROM timezone(account_now.time_zone, mine.anchor_at)) - EXTRACT(
                      year FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, mine.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(account_now.time_zone, account_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((mine.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(account_now.time_zone, mine.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(account_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
            ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((mine.series ->> 'months') AS INTEGER),
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(account_now.time_zone, mine.anchor_at)) - EXTRACT(
                      year FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, mine.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(account_now.time_zone, account_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((mine.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(account_now.time_zone, mine.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(account_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
            ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((mine.series ->> 'days') AS INTEGER)
        ) + CASE
        WHEN (
          CAST((mine.series ->> 'next_day') AS BOOLEAN)
          AND CAST((mine.series ->> 'months') AS INTEGER) > :param
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
                          year FROM timezone(account_now.time_zone, mine.anchor_at)
                        ) - EXTRACT(
                          year FROM timezone(account_now.time_zone, account_now.anchor_at)
                        )
                      ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, mine.anchor_at))
                    ) - EXTRACT(
                      month FROM timezone(account_now.time_zone, account_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((mine.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(account_now.time_zone, mine.anchor_at)) < EXTRACT(
                      day FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(account_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
                ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((mine.series ->> 'months') AS INTEGER),
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(
                          year FROM timezone(account_now.time_zone, mine.anchor_at)
                        ) - EXTRACT(
                          year FROM timezone(account_now.time_zone, account_now.anchor_at)
                        )
                      ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, mine.anchor_at))
                    ) - EXTRACT(
                      month FROM timezone(account_now.time_zone, account_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((mine.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(account_now.time_zone, mine.anchor_at)) < EXTRACT(
                      day FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(account_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
                ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((mine.series ->> 'days') AS INTEGER)
            )
          ) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
        ) THEN '1 day, 0:00:00'
        ELSE '0:00:00' END
      ) END = mine.anchor_at
    )
    ELSE mine.anchor_at != account_now.anchor_at END,
    FALSE
  ) AS moved,
  CASE
  WHEN (account_now.subject_id IS NULL) THEN 'subject-gone'
  ELSE CAST(
    CASE
    WHEN CASE
    WHEN (mine.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_3
      FROM touches AS earlier
      WHERE earlier.process = mine.process
      AND earlier.subject_kind = 'account'
      AND earlier.step = mine.step
      AND earlier.subject_id = mine.subject_id
      AND earlier.anchor_at != mine.anchor_at
      AND earlier.due_at < mine.due_at
      AND earlier.valid_until > mine.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN ('still-owes' = ANY (mine.conditions) AND account_now.oldest_due IS NULL) THEN 'nothing-owed'
    WHEN ('still-owes' = ANY (mine.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
    WHEN (
      'still-owes' = ANY (mine.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
    ) THEN 'account-disputed'
    WHEN (
      'still-owes' = ANY (mine.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
    ) THEN 'chasing-blocked'
    WHEN (
      'still-owes' = ANY (mine.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
    ) THEN 'instalments-running'
    WHEN ('no-promise' = ANY (mine.conditions) AND account_now.promise_running) THEN 'promise-running' END END AS TEXT
  ) END AS gone,
  mine.valid_until <= :now AS passed,
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
  FROM mine
  JOIN policy_versions ON policy_versions.id = mine.policy_version_id
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
  ) AS account_now ON account_now.subject_id = mine.subject_id
  AND account_now.policy_version_id = mine.policy_version_id
  WHERE coalesce(mine.subject_kind = 'account', FALSE)
  UNION ALL
  SELECT mine.id AS touch_id,
  mine.state AS state,
  coalesce(
    CASE
    WHEN CASE
    WHEN (mine.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_14
      FROM touches AS earlier
      WHERE earlier.process = mine.process
      AND earlier.subject_kind = 'handover'
      AND earlier.step = mine.step
      AND earlier.subject_id = mine.subject_id
      AND earlier.anchor_at != mine.anchor_at
      AND earlier.due_at < mine.due_at
      AND earlier.valid_until > mine.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
    WHEN ('vehicle-kept' = ANY (mine.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END IS NULL
    AND CASE
    WHEN (mine.series IS NOT NULL) THEN NOT (
      coalesce(
        (
          CAST(
            (
              (
                EXTRACT(year FROM timezone(handover_now.time_zone, mine.anchor_at)) - EXTRACT(
                  year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, mine.anchor_at))
            ) - EXTRACT(month FROM timezone(handover_now.time_zone, handover_now.anchor_at)) AS INTEGER
          ) - CASE
          WHEN (
            CAST((mine.series ->> 'next_day') AS BOOLEAN)
            AND EXTRACT(day FROM timezone(handover_now.time_zone, mine.anchor_at)) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
          ) THEN :param
          ELSE :param END
        ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
        (
          CAST(timezone(handover_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
        ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
      ) >= :coalesce
      AND CASE
      WHEN (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(handover_now.time_zone, mine.anchor_at)) - EXTRACT(
                    year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, mine.anchor_at))
              ) - EXTRACT(
                month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((mine.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(handover_now.time_zone, mine.anchor_at)) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(handover_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
          ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
        ) = :coalesce
      ) THEN handover_now.anchor_at
      ELSE timezone(
        handover_now.time_zone,
        timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(handover_now.time_zone, mine.anchor_at)) - EXTRACT(
                      year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, mine.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((mine.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(handover_now.time_zone, mine.anchor_at)) < EXTRACT(
                  day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(handover_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
            ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((mine.series ->> 'months') AS INTEGER),
          :make_interval,
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(handover_now.time_zone, mine.anchor_at)) - EXTRACT(
                      year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, mine.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((mine.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(handover_now.time_zone, mine.anchor_at)) < EXTRACT(
                  day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(handover_now.time_zone, mine.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
            ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
          ) * CAST((mine.series ->> 'days') AS INTEGER)
        ) + CASE
        WHEN (
          CAST((mine.series ->> 'next_day') AS BOOLEAN)
          AND CAST((mine.series ->> 'months') AS INTEGER) > :param
          AND EXTRACT(
            day
            FROM timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(
                          year FROM timezone(handover_now.time_zone, mine.anchor_at)
                        ) - EXTRACT(
                          year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                        )
                      ) * :param + EXTRACT(
                        month FROM timezone(handover_now.time_zone, mine.anchor_at)
                      )
                    ) - EXTRACT(
                      month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((mine.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(handover_now.time_zone, mine.anchor_at)) < EXTRACT(
                      day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(handover_now.time_zone, mine.anchor_at) AS DATE) - CAST(
                    timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                  )
                ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((mine.series ->> 'months') AS INTEGER),
              :make_interval,
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(
                          year FROM timezone(handover_now.time_zone, mine.anchor_at)
                        ) - EXTRACT(
                          year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                        )
                      ) * :param + EXTRACT(
                        month FROM timezone(handover_now.time_zone, mine.anchor_at)
                      )
                    ) - EXTRACT(
                      month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((mine.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(day FROM timezone(handover_now.time_zone, mine.anchor_at)) < EXTRACT(
                      day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((mine.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(timezone(handover_now.time_zone, mine.anchor_at) AS DATE) - CAST(
                    timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                  )
                ) / nullif(CAST((mine.series ->> 'days') AS INTEGER), :nullif)
              ) * CAST((mine.series ->> 'days') AS INTEGER)
            )
          ) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
        ) THEN '1 day, 0:00:00'
        ELSE '0:00:00' END
      ) END = mine.anchor_at
    )
    ELSE mine.anchor_at != handover_now.anchor_at END,
    FALSE
  ) AS moved,
  CASE
  WHEN (handover_now.subject_id IS NULL) THEN 'subject-gone'
  ELSE CAST(
    CASE
    WHEN CASE
    WHEN (mine.series IS NOT NULL) THEN EXISTS (
      SELECT :param AS anon_14
      FROM touches AS earlier
      WHERE earlier.process = mine.process
      AND earlier.subject_kind = 'handover'
      AND earlier.step = mine.step
      AND earlier.subject_id = mine.subject_id
      AND earlier.anchor_at != mine.anchor_at
      AND earlier.due_at < mine.due_at
      AND earlier.valid_until > mine.due_at
      AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
    )
    ELSE FALSE END THEN 'earlier-occurrence-open'
    ELSE CASE
    WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
    WHEN ('vehicle-kept' = ANY (mine.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END AS TEXT
  ) END AS gone,
  mine.valid_until <= :now AS passed,
  jsonb_build_object('day', handover_now.day, 'vehicle_sold', handover_now.sold) AS figures
  FROM mine
  JOIN policy_versions ON policy_versions.id = mine.policy_version_id
  LEFT OUTER JOIN (
    SELECT handover_once.subject_id AS subject_id,
    handover_once.store_id AS store_id,
    handover_once.customer_id AS customer_id,
    handover_once.time_zone AS time_zone,
    handover_once.language AS language,
    handover_once.today AS today,
    handover_once.customer AS customer,
    handover_once.salutation AS salutation,
    handover_once.store AS store,
    handover_once.store_phone AS store_phone,
    handover_once.day AS day,
    handover_once.anchor_at AS anchor_at,
    handover_once.sold AS sold,
    handover_once.vehicle AS vehicle
    FROM handover_once
  ) AS handover_now ON handover_now.subject_id = mine.subject_id
  WHERE coalesce(mine.subject_kind = 'handover', FALSE)
),
looked AS /* each claimed touch with the state that the last look gives it */ (
  SELECT mine.id AS id,
  CASE
  WHEN (
    mine.resendable
    AND (
      facts.gone IS NOT NULL
      OR facts.moved
      OR coalesce(
        NOT (
          SELECT consents.granted
          FROM consents
          WHERE consents.customer_id = mine.customer_id
          AND (consents.purpose IS NULL OR consents.purpose = mine.purpose)
          AND (
            consents.channel IS NULL OR CAST(consents.channel AS TEXT) = CAST(mine.channel AS TEXT)
          )
          AND consents.given_at <= :now
          ORDER BY consents.given_at DESC,
          consents.id DESC
          LIMIT :param
        ),
        mine.purpose = 'marketing'
      )
      OR mine.resendable
      AND NOT TRUE
    )
  ) THEN 'unknown'
  WHEN (facts.gone IS NOT NULL) THEN 'cancelled'
  WHEN facts.moved THEN 'superseded'
  WHEN coalesce(
    NOT (
      SELECT consents.granted
      FROM consents
      WHERE consents.customer_id = mine.customer_id
      AND (consents.purpose IS NULL OR consents.purpose = mine.purpose)
      AND (
        consents.channel IS NULL OR CAST(consents.channel AS TEXT) = CAST(mine.channel AS TEXT)
      )
      AND consents.given_at <= :now
      ORDER BY consents.given_at DESC,
      consents.id DESC
      LIMIT :param
    ),
    mine.purpose = 'marketing'
  ) THEN 'cancelled'
  ELSE 'sending' END AS state,
  CASE
  WHEN (facts.gone IS NOT NULL) THEN 'facts'
  WHEN facts.moved THEN 'anchor'
  WHEN coalesce(
    NOT (
      SELECT consents.granted
      FROM consents
      WHERE consents.customer_id = mine.customer_id
      AND (consents.purpose IS NULL OR consents.purpose = mine.purpose)
      AND (
        consents.channel IS NULL OR CAST(consents.channel AS TEXT) = CAST(mine.channel AS TEXT)
      )
      AND consents.given_at <= :now
      ORDER BY consents.given_at DESC,
      consents.id DESC
      LIMIT :param
    ),
    mine.purpose = 'marketing'
  ) THEN 'consent'
  WHEN (mine.resendable AND NOT TRUE) THEN 'retry' END AS gate,
  CASE
  WHEN (facts.gone IS NOT NULL) THEN facts.gone
  WHEN facts.moved THEN 'date-moved'
  WHEN coalesce(
    NOT (
      SELECT consents.granted
      FROM consents
      WHERE consents.customer_id = mine.customer_id
      AND (consents.purpose IS NULL OR consents.purpose = mine.purpose)
      AND (
        consents.channel IS NULL OR CAST(consents.channel AS TEXT) = CAST(mine.channel AS TEXT)
      )
      AND consents.given_at <= :now
      ORDER BY consents.given_at DESC,
      consents.id DESC
      LIMIT :param
    ),
    mine.purpose = 'marketing'
  ) THEN 'no-consent'
  WHEN (mine.resendable AND NOT TRUE) THEN 'no-idempotency-key' END AS reason,
  facts.figures AS figures
  FROM mine
  JOIN facts ON facts.touch_id = mine.id
),
stopped AS /* the touches that may not be sent after all */ (
  UPDATE touches
  SET state=looked.state,
  state_at=:now,
  gate=looked.gate,
  reason=looked.reason,
  reason_figures=NULL,
  claimed_by=NULL,
  contacted_at=CASE
  WHEN touches.resendable THEN touches.contacted_at
  ELSE NULL END,
  resendable=FALSE
  FROM looked
  WHERE coalesce(touches.state IN ('claimed', 'sending'), false)
  AND touches.id = looked.id
  AND looked.gate IS NOT NULL
  AND touches.state IN ('claimed', 'sending')
  AND touches.claimed_by = :dispatcher
  RETURNING touches.id
),
recorded AS /* the verdicts on those, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at)
  SELECT looked.id AS id,
  looked.gate AS gate,
  'stop' AS anon_1,
  looked.reason AS reason,
  coalesce(looked.figures, jsonb_build_object()) AS coalesce_1,
  :now AS anon_2
  FROM looked
  JOIN stopped ON stopped.id = looked.id
),
laws_records AS /* what the law packs say: records */ (
  SELECT anon_16.record AS record,
  anon_16.place AS place
  FROM jsonb_to_recordset(:laws -> 'records') AS anon_16(record TEXT, place TEXT)
),
laws_stores AS /* what the law packs say: stores */ (
  SELECT anon_17.store_id AS store_id,
  anon_17.law AS law,
  anon_17.place AS place
  FROM jsonb_to_recordset(:laws -> 'stores') AS anon_17(store_id BIGINT, law TEXT, place TEXT)
),
asked_of_law AS /* the contacts that a law may forbid, with where their customers may be */ (
  SELECT mine.id AS touch_id,
  mine.customer_id AS customer_id,
  laws_stores.law AS law,
  CAST(mine.purpose AS TEXT) AS purpose,
  CAST(mine.kind AS TEXT) AS kind,
  CASE
  WHEN (
    cardinality(
      array_cat(
        array_cat(
          array(
            (
              SELECT unnest(contact_points.places) AS unnest_1
              FROM contact_points
              WHERE contact_points.customer_id = mine.customer_id
              AND contact_points.kind = 'phone'
              AND (
                contact_points.invalid_since IS NULL OR contact_points.invalid_since > :now
              )
            )
          ),
          array(
            (
              SELECT laws_records.place
              FROM laws_records
              WHERE laws_records.record = CAST(
                jsonb_build_array(
                  CAST(customers.store_id AS TEXT),
                  customers.country,
                  customers.area,
                  customers.city,
                  left(customers.postcode, :left)
                ) AS TEXT
              )
            )
          )
        ),
        CASE
        WHEN (customers.time_zone IS NOT NULL) THEN ARRAY[customers.time_zone]
        ELSE CAST('{}' AS TEXT[]) END
      )
    ) > :cardinality
  ) THEN array_cat(
    array_cat(
      array(
        (
          SELECT unnest(contact_points.places) AS unnest_1
          FROM contact_points
          WHERE contact_points.customer_id = mine.customer_id
          AND contact_points.kind = 'phone'
          AND (
            contact_points.invalid_since IS NULL OR contact_points.invalid_since > :now
          )
        )
      ),
      array(
        (
          SELECT laws_records.place
          FROM laws_records
          WHERE laws_records.record = CAST(
            jsonb_build_array(
              CAST(customers.store_id AS TEXT),
              customers.country,
              customers.area,
              customers.city,
              left(customers.postcode, :left)
            ) AS TEXT
          )
        )
      )
    ),
    CASE
    WHEN (customers.time_zone IS NOT NULL) THEN ARRAY[customers.time_zone]
    ELSE CAST('{}' AS TEXT[]) END
  )
  ELSE ARRAY[laws_stores.place] END AS places
  FROM mine
  JOIN laws_stores ON mine.store_id = laws_stores.store_id
  JOIN customers ON customers.id = mine.customer_id
  WHERE mine.kind IN ('message', 'call')
),
laws_closed AS /* what the law packs say: closed */ (
  SELECT anon_18.law AS law,
  anon_18.purpose AS purpose,
  anon_18.kind AS kind,
  anon_18.place AS place,
  anon_18.rule AS rule,
  anon_18.source AS source,
  anon_18.until AS until
  FROM jsonb_to_recordset(:laws -> 'closed') AS anon_18(
    law TEXT, purpose TEXT, kind TEXT, place TEXT, rule TEXT, source TEXT, until TIMESTAMP WITH TIME ZONE
  )
),
laws_attempts AS /* what the law packs say: attempts */ (
  SELECT anon_19.law AS law,
  anon_19.purpose AS purpose,
  anon_19.kind AS kind,
  anon_19.rule AS rule,
  anon_19.source AS source,
  anon_19.most AS most,
  anon_19.within_days AS within_days,
  anon_19.rest_days AS rest_days,
  anon_19.since AS since,
  anon_19.talked_since AS talked_since
  FROM jsonb_to_recordset(:laws -> 'attempts') AS anon_19(
    law TEXT,
    purpose TEXT,
    kind TEXT,
    rule TEXT,
    source TEXT,
    most INTEGER,
    within_days INTEGER,
    rest_days INTEGER,
    since TIMESTAMP WITH TIME ZONE,
    talked_since TIMESTAMP WITH TIME ZONE
  )
),
held_by_law AS /* the touches that a law forbids now, by which rule and until when */ (
  SELECT DISTINCT ON (forbidden.touch_id) forbidden.touch_id AS touch_id,
  forbidden.reason AS reason,
  forbidden.figures AS figures,
  forbidden.until AS until
  FROM (
    SELECT asked_of_law.touch_id AS touch_id,
    'hours-of-law' AS reason,
    jsonb_build_object(
      'pack', laws_closed.law, 'rule', laws_closed.rule, 'source', laws_closed.source, 'until', laws_closed.until
    ) AS figures,
    laws_closed.until AS until
    FROM asked_of_law
    JOIN laws_closed ON laws_closed.law = asked_of_law.law
    AND laws_closed.purpose = asked_of_law.purpose
    AND laws_closed.kind = asked_of_law.kind
    AND laws_closed.place = ANY (asked_of_law.places)
    UNION ALL
    SELECT asked_of_law.touch_id AS touch_id,
    CASE
    WHEN coalesce(
      CASE
      WHEN (
        laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
      ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END >= greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      FALSE
    ) THEN 'rest-of-law'
    ELSE 'attempts-of-law' END AS reason,
    CASE
    WHEN coalesce(
      CASE
      WHEN (
        laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
      ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END >= greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      FALSE
    ) THEN jsonb_build_object(
      'pack',
      laws_attempts.law,
      'rule',
      laws_attempts.rule,
      'source',
      laws_attempts.source,
      'until',
      greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      'days',
      laws_attempts.rest_days
    )
    ELSE jsonb_build_object(
      'pack',
      laws_attempts.law,
      'rule',
      laws_attempts.rule,
      'source',
      laws_attempts.source,
      'until',
      greatest(
        CASE
        WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
        CASE
        WHEN (
          laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
        ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
      ),
      'days',
      laws_attempts.within_days,
      'most',
      laws_attempts.most
    ) END AS figures,
    greatest(
      CASE
      WHEN (calls_made.number + messages_sent.number >= laws_attempts.most) THEN least(calls_made.first_at, messages_sent.first_at) + laws_attempts.within_days * interval '1 day' END,
      CASE
      WHEN (
        laws_attempts.rest_days > :rest_days AND calls_made.talked_at > laws_attempts.talked_since
      ) THEN calls_made.talked_at + laws_attempts.rest_days * interval '1 day' END
    ) AS until
    FROM asked_of_law
    JOIN laws_attempts ON laws_attempts.law = asked_of_law.law
    AND laws_attempts.purpose = asked_of_law.purpose
    AND laws_attempts.kind = asked_of_law.kind
    JOIN LATERAL (
      SELECT count(*) FILTER (WHERE call_attempts.attempted_at > laws_attempts.since) AS number,
      min(call_attempts.attempted_at) FILTER (WHERE call_attempts.attempted_at > laws_attempts.since) AS first_at,
      max(call_attempts.attempted_at) FILTER (
        WHERE call_attempts.outcome IN (
          'callback',
          'done-elsewhere',
          'interested',
          'lost',
          'not-any-more',
          'order-placed',
          'postponed',
          'promised',
          'reached',
          'reached-not-satisfied',
          'reached-satisfied',
          'refuses-contact',
          'refuses-to-pay',
          'test-drive-agreed',
          'wants-trade-in'
        )
      ) AS talked_at
      FROM call_attempts
      JOIN touches ON touches.id = call_attempts.touch_id
      WHERE touches.customer_id = asked_of_law.customer_id
      AND CAST(touches.purpose AS TEXT) = laws_attempts.purpose
      AND CAST(touches.kind AS TEXT) = laws_attempts.kind
      AND call_attempts.attempted_at BETWEEN least(laws_attempts.since, laws_attempts.talked_since)
      AND :now
    ) AS calls_made ON true
    JOIN LATERAL (
      SELECT count(*) AS number,
      min(touches.contacted_at) AS first_at
      FROM touches
      WHERE touches.customer_id = asked_of_law.customer_id
      AND CAST(touches.purpose AS TEXT) = laws_attempts.purpose
      AND CAST(touches.kind AS TEXT) = laws_attempts.kind
      AND touches.kind = 'message'
      AND touches.id != asked_of_law.touch_id
      AND touches.contacted_at > laws_attempts.since
      AND touches.contacted_at <= :now
    ) AS messages_sent ON true
    WHERE calls_made.number + messages_sent.number >= laws_attempts.most
    OR laws_attempts.rest_days > :rest_days
    AND calls_made.talked_at > laws_attempts.talked_since
  ) AS forbidden
  ORDER BY forbidden.touch_id,
  forbidden.until DESC,
  forbidden.reason
)
SELECT looked.id,
looked.state,
looked.reason,
mine.merged_into,
mine.purpose,
mine.attempts,
mine.channel,
mine.resendable,
mine.subject_line,
mine.body,
contact_points.value AS recipient,
template_versions.key AS template,
template_versions.language,
mine.process,
mine.customer_id,
mine.store_id,
stores.code AS store,
stores.name AS store_name,
stores.address AS store_address,
held_by_law.reason AS law,
held_by_law.figures AS law_figures,
held_by_law.until AS law_until
FROM looked
JOIN mine ON mine.id = looked.id
JOIN contact_points ON contact_points.id = mine.contact_point_id
JOIN template_versions ON template_versions.id = mine.template_version_id
JOIN stores ON stores.id = mine.store_id
LEFT OUTER JOIN held_by_law ON held_by_law.touch_id = looked.id
WHERE coalesce(mine.state IN ('claimed', 'sending') AND mine.claimed_by = :dispatcher, FALSE)
ORDER BY mine.priority DESC,
mine.due_at,
mine.id;
