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
  WHERE touches.process = 'service-due'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
due_item_once AS MATERIALIZED /* the facts of each due-item that a touch is about */ (
  SELECT items.subject_id AS subject_id,
  items.store_id AS store_id,
  items.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  items.day AS day,
  timezone(stores.time_zone, items.day + '00:00:00') AS anchor_at,
  timezone(stores.time_zone, items.call_on + '00:00:00') AS "call-due",
  items.item AS item,
  items.provider AS provider,
  items.vehicle_id AS vehicle_id,
  items.issued_on AS issued_on,
  items.works AS works,
  items.limit_kilometres AS limit_kilometres,
  items.basis AS basis,
  items.figures AS figures,
  CASE
  WHEN (items.status_on > stores.today) THEN 'open'
  ELSE items.status END AS status,
  coalesce(vehicles.disposed_on <= stores.today, FALSE) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM (
    SELECT either_way.subject_id AS subject_id,
    either_way.store_id AS store_id,
    either_way.customer_id AS customer_id,
    either_way.vehicle_id AS vehicle_id,
    either_way.item AS item,
    either_way.provider AS provider,
    either_way.issued_on AS issued_on,
    either_way.works AS works,
    either_way.limit_kilometres AS limit_kilometres,
    either_way.status AS status,
    either_way.status_on AS status_on,
    either_way.day AS day,
    either_way.call_on AS call_on,
    either_way.basis AS basis,
    either_way.figures AS figures,
    either_way.known_from AS known_from,
    either_way.known_until AS known_until
    FROM (
      SELECT due_items.id AS subject_id,
      due_items.store_id AS store_id,
      due_items.customer_id AS customer_id,
      due_items.vehicle_id AS vehicle_id,
      due_items.item AS item,
      due_items.provider AS provider,
      due_items.issued_on AS issued_on,
      due_items.works AS works,
      due_items.limit_kilometres AS limit_kilometres,
      due_items.status AS status,
      due_items.status_on AS status_on,
      due_items.ends_on AS day,
      due_items.call_on AS call_on,
      CAST(NULL AS TEXT) AS basis,
      CAST(NULL AS JSONB) AS figures,
      CAST(NULL AS DATE) AS known_from,
      CAST(NULL AS DATE) AS known_until
      FROM due_items
      WHERE due_items.limit_kilometres IS NULL
      AND due_items.id IN (
        SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'due-item', FALSE)
      )
      UNION ALL
      SELECT due_items.id AS subject_id,
      due_items.store_id AS store_id,
      due_items.customer_id AS customer_id,
      due_items.vehicle_id AS vehicle_id,
      due_items.item AS item,
      due_items.provider AS provider,
      due_items.issued_on AS issued_on,
      due_items.works AS works,
      due_items.limit_kilometres AS limit_kilometres,
      due_items.status AS status,
      due_items.status_on AS status_on,
      due_item_days.due_on AS due_on,
      due_item_days.call_on AS call_on,
      CAST(due_item_days.basis AS TEXT) AS basis,
      due_item_days.figures AS figures,
      due_item_days.known_from AS known_from,
      due_item_days.known_until AS known_until
      FROM due_item_days
      JOIN due_items ON due_items.id = due_item_days.due_item_id
      WHERE due_items.id IN (
        SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'due-item', FALSE)
      )
    ) AS either_way
    LIMIT ALL OFFSET :param
  ) AS items
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = items.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = items.customer_id
  LEFT OUTER JOIN customers ON customers.id = items.customer_id
  LEFT OUTER JOIN vehicles ON vehicles.id = items.vehicle_id
  WHERE coalesce(items.known_from <= stores.today, TRUE)
  AND coalesce(stores.today < items.known_until, TRUE)
  AND coalesce(items.issued_on <= stores.today, TRUE)
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
        AND earlier.subject_kind = 'due-item'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN NOT (
        ((policy_versions.body['rules'] -> 'items') @> to_jsonb(due_item_now.item))
      ) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY (open_touches.conditions)
        AND (
          (policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item)
        )
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'called_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'asked_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-asked-about'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND due_item_now.sold) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          EXISTS (
            SELECT :param AS anon_5
            FROM repair_orders
            WHERE repair_orders.vehicle_id = due_item_now.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_item_now.works)
            AND repair_orders.closed_on > coalesce(due_item_now.issued_on, due_item_now.day - :day)
            AND repair_orders.closed_on <= due_item_now.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          due_item_now.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_6
              FROM due_items AS due_items_1
              WHERE due_items_1.customer_id = due_item_now.customer_id
              AND due_items_1.item = due_item_now.item
              AND due_items_1.vehicle_id IS NOT DISTINCT
              FROM due_item_now.vehicle_id
              AND due_items_1.id != due_item_now.subject_id
              AND due_items_1.ends_on > due_item_now.day
              AND (
                due_items_1.works IS NULL OR due_items_1.issued_on > due_item_now.issued_on
              )
              AND coalesce(due_items_1.issued_on <= due_item_now.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY (open_touches.conditions)
        AND due_item_now.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = due_item_now.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = due_item_now.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month
                FROM timezone(
                  due_item_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                  ELSE due_item_now.anchor_at END
                )
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                day
                FROM timezone(
                  due_item_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                  ELSE due_item_now.anchor_at END
                )
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(
                due_item_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                ELSE due_item_now.anchor_at END
              ) AS DATE
            )
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
                      year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year
                      FROM timezone(
                        due_item_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                        ELSE due_item_now.anchor_at END
                      )
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month
                  FROM timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  )
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day
                  FROM timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  )
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                timezone(
                  due_item_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                  ELSE due_item_now.anchor_at END
                ) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN CASE
        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
        ELSE due_item_now.anchor_at END
        ELSE timezone(
          due_item_now.time_zone,
          timezone(
            due_item_now.time_zone,
            CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
            ELSE due_item_now.anchor_at END
          ) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  ) AS DATE
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
                        year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(
                due_item_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                ELSE due_item_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              due_item_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'call-due'
                              ) THEN due_item_now."call-due"
                              ELSE due_item_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        due_item_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                        ELSE due_item_now.anchor_at END
                      ) AS DATE
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
                            year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              due_item_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'call-due'
                              ) THEN due_item_now."call-due"
                              ELSE due_item_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        due_item_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                        ELSE due_item_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day
              FROM timezone(
                due_item_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                ELSE due_item_now.anchor_at END
              )
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != due_item_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (due_item_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'due-item'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN NOT ((policy_versions.body['rules'] -> 'items') @> to_jsonb(due_item_now.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY (open_touches.conditions)
        AND (
          (policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item)
        )
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'called_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'asked_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-asked-about'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND due_item_now.sold) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          EXISTS (
            SELECT :param AS anon_5
            FROM repair_orders
            WHERE repair_orders.vehicle_id = due_item_now.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_item_now.works)
            AND repair_orders.closed_on > coalesce(due_item_now.issued_on, due_item_now.day - :day)
            AND repair_orders.closed_on <= due_item_now.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          due_item_now.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_6
              FROM due_items AS due_items_1
              WHERE due_items_1.customer_id = due_item_now.customer_id
              AND due_items_1.item = due_item_now.item
              AND due_items_1.vehicle_id IS NOT DISTINCT
              FROM due_item_now.vehicle_id
              AND due_items_1.id != due_item_now.subject_id
              AND due_items_1.ends_on > due_item_now.day
              AND (
                due_items_1.works IS NULL OR due_items_1.issued_on > due_item_now.issued_on
              )
              AND coalesce(due_items_1.issued_on <= due_item_now.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY (open_touches.conditions)
        AND due_item_now.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = due_item_now.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = due_item_now.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    (
      coalesce(due_item_now.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', due_item_now.basis))
    ) || jsonb_build_object(
      'item',
      due_item_now.item,
      'ends_on',
      due_item_now.day,
      'status',
      due_item_now.status,
      'vehicle_sold',
      due_item_now.sold
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT due_item_once.subject_id AS subject_id,
      due_item_once.store_id AS store_id,
      due_item_once.customer_id AS customer_id,
      due_item_once.time_zone AS time_zone,
      due_item_once.language AS language,
      due_item_once.today AS today,
      due_item_once.customer AS customer,
      due_item_once.salutation AS salutation,
      due_item_once.store AS store,
      due_item_once.store_phone AS store_phone,
      due_item_once.day AS day,
      due_item_once.anchor_at AS anchor_at,
      due_item_once."call-due" AS "call-due",
      due_item_once.item AS item,
      due_item_once.provider AS provider,
      due_item_once.vehicle_id AS vehicle_id,
      due_item_once.issued_on AS issued_on,
      due_item_once.works AS works,
      due_item_once.limit_kilometres AS limit_kilometres,
      due_item_once.basis AS basis,
      due_item_once.figures AS figures,
      due_item_once.status AS status,
      due_item_once.sold AS sold,
      due_item_once.vehicle AS vehicle
      FROM due_item_once
    ) AS due_item_now ON due_item_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'due-item', FALSE)
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

WITH anon_14 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known."call-due" AS "call-due",
  known.item AS item,
  known.vehicle_id AS vehicle_id,
  known.issued_on AS issued_on,
  known.works AS works,
  known.limit_kilometres AS limit_kilometres,
  known.basis AS basis,
  known.figures AS figures,
  known.status AS status,
  known.sold AS sold
  FROM (
    SELECT items.subject_id AS subject_id,
    items.store_id AS store_id,
    items.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    items.day AS day,
    timezone(stores.time_zone, items.day + '00:00:00') AS anchor_at,
    timezone(stores.time_zone, items.call_on + '00:00:00') AS "call-due",
    items.item AS item,
    items.provider AS provider,
    items.vehicle_id AS vehicle_id,
    items.issued_on AS issued_on,
    items.works AS works,
    items.limit_kilometres AS limit_kilometres,
    items.basis AS basis,
    items.figures AS figures,
    CASE
    WHEN (items.status_on > stores.today) THEN 'open'
    ELSE items.status END AS status,
    coalesce(vehicles.disposed_on <= stores.today, FALSE) AS sold,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
    FROM (
      SELECT either_way.subject_id AS subject_id,
      either_way.store_id AS store_id,
      either_way.customer_id AS customer_id,
      either_way.vehicle_id AS vehicle_id,
      either_way.item AS item,
      either_way.provider AS provider,
      either_way.issued_on AS issued_on,
      either_way.works AS works,
      either_way.limit_kilometres AS limit_kilometres,
      either_way.status AS status,
      either_way.status_on AS status_on,
      either_way.day AS day,
      either_way.call_on AS call_on,
      either_way.basis AS basis,
      either_way.figures AS figures,
      either_way.known_from AS known_from,
      either_way.known_until AS known_until
      FROM (
        SELECT due_items.id AS subject_id,
        due_items.store_id AS store_id,
        due_items.customer_id AS customer_id,
        due_items.vehicle_id AS vehicle_id,
        due_items.item AS item,
        due_items.provider AS provider,
        due_items.issued_on AS issued_on,
        due_items.works AS works,
        due_items.limit_kilometres AS limit_kilometres,
        due_items.status AS status,
        due_items.status_on AS status_on,
        due_items.ends_on AS day,
        due_items.call_on AS call_on,
        CAST(NULL AS TEXT) AS basis,
        CAST(NULL AS JSONB) AS figures,
        CAST(NULL AS DATE) AS known_from,
        CAST(NULL AS DATE) AS known_until
        FROM due_items
        WHERE due_items.limit_kilometres IS NULL
        AND (
          due_items.ends_on BETWEEN '2026-02-28'
          AND '2026-04-26'
          OR due_items.ends_on BETWEEN '2026-02-13'
          AND '2026-03-05'
          OR due_items.ends_on BETWEEN '2026-02-14'
          AND '2026-04-12'
          OR due_items.call_on BETWEEN '2026-02-20'
          AND '2026-03-12'
        )
        AND due_items.store_id IN (:store_id_1)
        UNION ALL
        SELECT due_items.id AS subject_id,
        due_items.store_id AS store_id,
        due_items.customer_id AS customer_id,
        due_items.vehicle_id AS vehicle_id,
        due_items.item AS item,
        due_items.provider AS provider,
        due_items.issued_on AS issued_on,
        due_items.works AS works,
        due_items.limit_kilometres AS limit_kilometres,
        due_items.status AS status,
        due_items.status_on AS status_on,
        due_item_days.due_on AS due_on,
        due_item_days.call_on AS call_on,
        CAST(due_item_days.basis AS TEXT) AS basis,
        due_item_days.figures AS figures,
        due_item_days.known_from AS known_from,
        due_item_days.known_until AS known_until
        FROM due_item_days
        JOIN due_items ON due_items.id = due_item_days.due_item_id
        WHERE (
          due_item_days.due_on BETWEEN '2026-02-28'
          AND '2026-04-26'
          OR due_item_days.due_on BETWEEN '2026-02-13'
          AND '2026-03-05'
          OR due_item_days.due_on BETWEEN '2026-02-14'
          AND '2026-04-12'
          OR due_item_days.call_on BETWEEN '2026-02-20'
          AND '2026-03-12'
        )
        AND due_items.store_id IN (:store_id_2)
      ) AS either_way
      LIMIT ALL OFFSET :param
    ) AS items
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = items.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = items.customer_id
    LEFT OUTER JOIN customers ON customers.id = items.customer_id
    LEFT OUTER JOIN vehicles ON vehicles.id = items.vehicle_id
    WHERE coalesce(items.known_from <= stores.today, TRUE)
    AND coalesce(stores.today < items.known_until, TRUE)
    AND coalesce(items.issued_on <= stores.today, TRUE)
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
    SELECT 'service-invite' AS step,
    judged_service_invite.subject_id AS subject_id,
    judged_service_invite.anchor_at AS anchor_at,
    judged_service_invite.store_id AS store_id,
    judged_service_invite.customer_id AS customer_id,
    CASE
    WHEN (judged_service_invite.language = 'en') THEN :param
    WHEN (judged_service_invite.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_service_invite.due_at AS due_at,
    judged_service_invite.valid_until AS valid_until,
    judged_service_invite.due_at AS not_before,
    judged_service_invite.valid_until <= :param AS passed,
    judged_service_invite.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_service_invite.reason IS NULL) THEN (
      coalesce(judged_service_invite.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_service_invite.basis))
    ) || jsonb_build_object(
      'item',
      judged_service_invite.item,
      'ends_on',
      judged_service_invite.day,
      'status',
      judged_service_invite.status,
      'vehicle_sold',
      judged_service_invite.sold
    ) END AS figures,
    judged_service_invite.reason AS reason,
    judged_service_invite.reason IS NULL AS wanted
    FROM (
      SELECT dated_service_invite.subject_id AS subject_id,
      dated_service_invite.store_id AS store_id,
      dated_service_invite.customer_id AS customer_id,
      dated_service_invite.time_zone AS time_zone,
      dated_service_invite.language AS language,
      dated_service_invite.today AS today,
      dated_service_invite.day AS day,
      dated_service_invite.anchor_at AS anchor_at,
      dated_service_invite."call-due" AS "call-due",
      dated_service_invite.item AS item,
      dated_service_invite.vehicle_id AS vehicle_id,
      dated_service_invite.issued_on AS issued_on,
      dated_service_invite.works AS works,
      dated_service_invite.limit_kilometres AS limit_kilometres,
      dated_service_invite.basis AS basis,
      dated_service_invite.figures AS figures,
      dated_service_invite.status AS status,
      dated_service_invite.sold AS sold,
      dated_service_invite.due_at AS due_at,
      dated_service_invite.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'service-due'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_service_invite.subject_id
          AND touches.step = 'service-invite'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_service_invite.anchor_at
          AND touches.anchor_at BETWEEN dated_service_invite.anchor_at - '180 days, 0:00:00'
          AND dated_service_invite.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_service_invite.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_service_invite.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_service_invite.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_service_invite.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_service_invite.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}') AND dated_service_invite.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_service_invite.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_service_invite.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_11
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_service_invite.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_service_invite.works)
            AND repair_orders.closed_on > coalesce(dated_service_invite.issued_on, dated_service_invite.day - :day)
            AND repair_orders.closed_on <= dated_service_invite.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          dated_service_invite.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_12
              FROM due_items AS due_items_1
              WHERE due_items_1.customer_id = dated_service_invite.customer_id
              AND due_items_1.item = dated_service_invite.item
              AND due_items_1.vehicle_id IS NOT DISTINCT
              FROM dated_service_invite.vehicle_id
              AND due_items_1.id != dated_service_invite.subject_id
              AND due_items_1.ends_on > dated_service_invite.day
              AND (
                due_items_1.works IS NULL OR due_items_1.issued_on > dated_service_invite.issued_on
              )
              AND coalesce(due_items_1.issued_on <= dated_service_invite.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_service_invite.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_13
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_service_invite.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_service_invite.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_13
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_service_invite.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_service_invite.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_1.due_on, due_items_2.ends_on)) AS min_1
              FROM due_items AS due_items_2
              LEFT OUTER JOIN due_item_days AS due_item_days_1 ON due_item_days_1.due_item_id = due_items_2.id
              AND due_item_days_1.known_from <= anon_14.today
              AND anon_14.today < due_item_days_1.known_until
              LEFT OUTER JOIN vehicles AS vehicles_1 ON vehicles_1.id = due_items_2.vehicle_id
              WHERE due_items_2.customer_id = anon_14.customer_id
              AND due_items_2.id != anon_14.subject_id
              AND due_items_2.item = ANY ('{service,tyres}')
              AND coalesce(due_item_days_1.due_on, due_items_2.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_2.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_2.status_on > anon_14.today) THEN 'open'
                ELSE due_items_2.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_15
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_2.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_2.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_2.issued_on, coalesce(due_item_days_1.due_on, due_items_2.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_16
                    FROM due_items AS due_items_3,
                    anon_14
                    WHERE due_items_3.customer_id = due_items_2.customer_id
                    AND due_items_3.item = due_items_2.item
                    AND due_items_3.vehicle_id IS NOT DISTINCT
                    FROM due_items_2.vehicle_id
                    AND due_items_3.id != due_items_2.id
                    AND due_items_3.ends_on > coalesce(due_item_days_1.due_on, due_items_2.ends_on)
                    AND (
                      due_items_3.works IS NULL OR due_items_3.issued_on > due_items_2.issued_on
                    )
                    AND coalesce(due_items_3.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(
                due_items_2.works IS NOT NULL
                AND (
                  (
                    EXISTS (
                      SELECT :param AS anon_17
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_2.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id = due_items_2.vehicle_id
                    )
                  )
                  OR (
                    EXISTS (
                      SELECT :param AS anon_17
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_2.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id IS NULL
                      AND appointments.customer_id = due_items_2.customer_id
                    )
                  )
                ),
                FALSE
              )
              AND NOT coalesce(vehicles_1.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS due_at,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_1.due_on, due_items_2.ends_on)) AS min_1
              FROM due_items AS due_items_2
              LEFT OUTER JOIN due_item_days AS due_item_days_1 ON due_item_days_1.due_item_id = due_items_2.id
              AND due_item_days_1.known_from <= anon_14.today
              AND anon_14.today < due_item_days_1.known_until
              LEFT OUTER JOIN vehicles AS vehicles_1 ON vehicles_1.id = due_items_2.vehicle_id
              WHERE due_items_2.customer_id = anon_14.customer_id
              AND due_items_2.id != anon_14.subject_id
              AND due_items_2.item = ANY ('{service,tyres}')
              AND coalesce(due_item_days_1.due_on, due_items_2.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_2.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_2.status_on > anon_14.today) THEN 'open'
                ELSE due_items_2.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_15
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_2.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_2.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_2.issued_on, coalesce(due_item_days_1.due_on, due_items_2.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_16
                    FROM due_items AS due_items_3,
                    anon_14
                    WHERE due_items_3.customer_id = due_items_2.customer_id
                    AND due_items_3.item = due_items_2.item
                    AND due_items_3.vehicle_id IS NOT DISTINCT
                    FROM due_items_2.vehicle_id
                    AND due_items_3.id != due_items_2.id
                    AND due_items_3.ends_on > coalesce(due_item_days_1.due_on, due_items_2.ends_on)
                    AND (
                      due_items_3.works IS NULL OR due_items_3.issued_on > due_items_2.issued_on
                    )
                    AND coalesce(due_items_3.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(
                due_items_2.works IS NOT NULL
                AND (
                  (
                    EXISTS (
                      SELECT :param AS anon_17
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_2.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id = due_items_2.vehicle_id
                    )
                  )
                  OR (
                    EXISTS (
                      SELECT :param AS anon_17
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_2.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id IS NULL
                      AND appointments.customer_id = due_items_2.customer_id
                    )
                  )
                ),
                FALSE
              )
              AND NOT coalesce(vehicles_1.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) + '20 days, 0:00:00' AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_service_invite
      WHERE dated_service_invite.due_at IS NOT NULL
      AND dated_service_invite.due_at < dated_service_invite.valid_until
      AND dated_service_invite.due_at <= :param
      AND dated_service_invite.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_service_invite
    WHERE true
    UNION ALL
    SELECT 'service-call' AS step,
    judged_service_call.subject_id AS subject_id,
    judged_service_call.anchor_at AS anchor_at,
    judged_service_call.store_id AS store_id,
    judged_service_call.customer_id AS customer_id,
    CASE
    WHEN (judged_service_call.language = 'en') THEN :param
    WHEN (judged_service_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_service_call.due_at AS due_at,
    judged_service_call.valid_until AS valid_until,
    judged_service_call.due_at AS not_before,
    judged_service_call.valid_until <= :param AS passed,
    judged_service_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_service_call.reason IS NULL) THEN (
      coalesce(judged_service_call.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_service_call.basis))
    ) || jsonb_build_object(
      'item',
      judged_service_call.item,
      'ends_on',
      judged_service_call.day,
      'status',
      judged_service_call.status,
      'vehicle_sold',
      judged_service_call.sold
    ) END AS figures,
    judged_service_call.reason AS reason,
    judged_service_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_service_call.subject_id AS subject_id,
      dated_service_call.store_id AS store_id,
      dated_service_call.customer_id AS customer_id,
      dated_service_call.time_zone AS time_zone,
      dated_service_call.language AS language,
      dated_service_call.today AS today,
      dated_service_call.day AS day,
      dated_service_call.anchor_at AS anchor_at,
      dated_service_call."call-due" AS "call-due",
      dated_service_call.item AS item,
      dated_service_call.vehicle_id AS vehicle_id,
      dated_service_call.issued_on AS issued_on,
      dated_service_call.works AS works,
      dated_service_call.limit_kilometres AS limit_kilometres,
      dated_service_call.basis AS basis,
      dated_service_call.figures AS figures,
      dated_service_call.status AS status,
      dated_service_call.sold AS sold,
      dated_service_call.due_at AS due_at,
      dated_service_call.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_18
          FROM touches
          WHERE touches.process = 'service-due'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_service_call.subject_id
          AND touches.step = 'service-call'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_service_call.anchor_at
          AND touches.anchor_at BETWEEN dated_service_call.anchor_at - '180 days, 0:00:00'
          AND dated_service_call.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_service_call.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_service_call.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_service_call.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_service_call.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_service_call.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}') AND dated_service_call.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_service_call.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_service_call.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_19
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_service_call.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_service_call.works)
            AND repair_orders.closed_on > coalesce(dated_service_call.issued_on, dated_service_call.day - :day)
            AND repair_orders.closed_on <= dated_service_call.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          dated_service_call.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_20
              FROM due_items AS due_items_4
              WHERE due_items_4.customer_id = dated_service_call.customer_id
              AND due_items_4.item = dated_service_call.item
              AND due_items_4.vehicle_id IS NOT DISTINCT
              FROM dated_service_call.vehicle_id
              AND due_items_4.id != dated_service_call.subject_id
              AND due_items_4.ends_on > dated_service_call.day
              AND (
                due_items_4.works IS NULL OR due_items_4.issued_on > dated_service_call.issued_on
              )
              AND coalesce(due_items_4.issued_on <= dated_service_call.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{later-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_service_call.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_21
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_service_call.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_service_call.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_21
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_service_call.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_service_call.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(anon_14.time_zone, anon_14.day + :param + '09:30:00') AS due_at,
        timezone(anon_14.time_zone, anon_14.day + :param + '09:30:00') + '14 days, 0:00:00' AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_service_call
      WHERE dated_service_call.due_at IS NOT NULL
      AND dated_service_call.due_at < dated_service_call.valid_until
      AND dated_service_call.due_at <= :param
      AND dated_service_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_service_call
    WHERE true
    UNION ALL
    SELECT 'first-service-invite' AS step,
    judged_first_service_invite.subject_id AS subject_id,
    judged_first_service_invite.anchor_at AS anchor_at,
    judged_first_service_invite.store_id AS store_id,
    judged_first_service_invite.customer_id AS customer_id,
    CASE
    WHEN (judged_first_service_invite.language = 'en') THEN :param
    WHEN (judged_first_service_invite.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_first_service_invite.due_at AS due_at,
    judged_first_service_invite.valid_until AS valid_until,
    judged_first_service_invite.due_at AS not_before,
    judged_first_service_invite.valid_until <= :param AS passed,
    judged_first_service_invite.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_first_service_invite.reason IS NULL) THEN (
      coalesce(judged_first_service_invite.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_first_service_invite.basis))
    ) || jsonb_build_object(
      'item',
      judged_first_service_invite.item,
      'ends_on',
      judged_first_service_invite.day,
      'status',
      judged_first_service_invite.status,
      'vehicle_sold',
      judged_first_service_invite.sold
    ) END AS figures,
    judged_first_service_invite.reason AS reason,
    judged_first_service_invite.reason IS NULL AS wanted
    FROM (
      SELECT dated_first_service_invite.subject_id AS subject_id,
      dated_first_service_invite.store_id AS store_id,
      dated_first_service_invite.customer_id AS customer_id,
      dated_first_service_invite.time_zone AS time_zone,
      dated_first_service_invite.language AS language,
      dated_first_service_invite.today AS today,
      dated_first_service_invite.day AS day,
      dated_first_service_invite.anchor_at AS anchor_at,
      dated_first_service_invite."call-due" AS "call-due",
      dated_first_service_invite.item AS item,
      dated_first_service_invite.vehicle_id AS vehicle_id,
      dated_first_service_invite.issued_on AS issued_on,
      dated_first_service_invite.works AS works,
      dated_first_service_invite.limit_kilometres AS limit_kilometres,
      dated_first_service_invite.basis AS basis,
      dated_first_service_invite.figures AS figures,
      dated_first_service_invite.status AS status,
      dated_first_service_invite.sold AS sold,
      dated_first_service_invite.due_at AS due_at,
      dated_first_service_invite.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_22
          FROM touches
          WHERE touches.process = 'service-due'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_first_service_invite.subject_id
          AND touches.step = 'first-service-invite'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_first_service_invite.anchor_at
          AND touches.anchor_at BETWEEN dated_first_service_invite.anchor_at - '180 days, 0:00:00'
          AND dated_first_service_invite.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_first_service_invite.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_first_service_invite.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_first_service_invite.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (
          ((:param -> 'called_items') @> to_jsonb(dated_first_service_invite.item))
        )
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_first_service_invite.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}') AND dated_first_service_invite.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_first_service_invite.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_first_service_invite.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_23
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_first_service_invite.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_first_service_invite.works)
            AND repair_orders.closed_on > coalesce(
              dated_first_service_invite.issued_on, dated_first_service_invite.day - :day
            )
            AND repair_orders.closed_on <= dated_first_service_invite.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          dated_first_service_invite.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_24
              FROM due_items AS due_items_5
              WHERE due_items_5.customer_id = dated_first_service_invite.customer_id
              AND due_items_5.item = dated_first_service_invite.item
              AND due_items_5.vehicle_id IS NOT DISTINCT
              FROM dated_first_service_invite.vehicle_id
              AND due_items_5.id != dated_first_service_invite.subject_id
              AND due_items_5.ends_on > dated_first_service_invite.day
              AND (
                due_items_5.works IS NULL OR due_items_5.issued_on > dated_first_service_invite.issued_on
              )
              AND coalesce(due_items_5.issued_on <= dated_first_service_invite.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_first_service_invite.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_25
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_first_service_invite.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_first_service_invite.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_25
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_first_service_invite.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_first_service_invite.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_2.due_on, due_items_6.ends_on)) AS min_2
              FROM due_items AS due_items_6
              LEFT OUTER JOIN due_item_days AS due_item_days_2 ON due_item_days_2.due_item_id = due_items_6.id
              AND due_item_days_2.known_from <= anon_14.today
              AND anon_14.today < due_item_days_2.known_until
              LEFT OUTER JOIN vehicles AS vehicles_2 ON vehicles_2.id = due_items_6.vehicle_id
              WHERE due_items_6.customer_id = anon_14.customer_id
              AND due_items_6.id != anon_14.subject_id
              AND due_items_6.item = ANY ('{first-service}')
              AND coalesce(due_item_days_2.due_on, due_items_6.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_6.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_6.status_on > anon_14.today) THEN 'open'
                ELSE due_items_6.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_26
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_6.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_6.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_6.issued_on, coalesce(due_item_days_2.due_on, due_items_6.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_27
                    FROM due_items AS due_items_7,
                    anon_14
                    WHERE due_items_7.customer_id = due_items_6.customer_id
                    AND due_items_7.item = due_items_6.item
                    AND due_items_7.vehicle_id IS NOT DISTINCT
                    FROM due_items_6.vehicle_id
                    AND due_items_7.id != due_items_6.id
                    AND due_items_7.ends_on > coalesce(due_item_days_2.due_on, due_items_6.ends_on)
                    AND (
                      due_items_7.works IS NULL OR due_items_7.issued_on > due_items_6.issued_on
                    )
                    AND coalesce(due_items_7.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(
                due_items_6.works IS NOT NULL
                AND (
                  (
                    EXISTS (
                      SELECT :param AS anon_28
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_6.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id = due_items_6.vehicle_id
                    )
                  )
                  OR (
                    EXISTS (
                      SELECT :param AS anon_28
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_6.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id IS NULL
                      AND appointments.customer_id = due_items_6.customer_id
                    )
                  )
                ),
                FALSE
              )
              AND NOT coalesce(vehicles_2.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS due_at,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_2.due_on, due_items_6.ends_on)) AS min_2
              FROM due_items AS due_items_6
              LEFT OUTER JOIN due_item_days AS due_item_days_2 ON due_item_days_2.due_item_id = due_items_6.id
              AND due_item_days_2.known_from <= anon_14.today
              AND anon_14.today < due_item_days_2.known_until
              LEFT OUTER JOIN vehicles AS vehicles_2 ON vehicles_2.id = due_items_6.vehicle_id
              WHERE due_items_6.customer_id = anon_14.customer_id
              AND due_items_6.id != anon_14.subject_id
              AND due_items_6.item = ANY ('{first-service}')
              AND coalesce(due_item_days_2.due_on, due_items_6.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_6.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_6.status_on > anon_14.today) THEN 'open'
                ELSE due_items_6.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_26
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_6.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_6.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_6.issued_on, coalesce(due_item_days_2.due_on, due_items_6.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_27
                    FROM due_items AS due_items_7,
                    anon_14
                    WHERE due_items_7.customer_id = due_items_6.customer_id
                    AND due_items_7.item = due_items_6.item
                    AND due_items_7.vehicle_id IS NOT DISTINCT
                    FROM due_items_6.vehicle_id
                    AND due_items_7.id != due_items_6.id
                    AND due_items_7.ends_on > coalesce(due_item_days_2.due_on, due_items_6.ends_on)
                    AND (
                      due_items_7.works IS NULL OR due_items_7.issued_on > due_items_6.issued_on
                    )
                    AND coalesce(due_items_7.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(
                due_items_6.works IS NOT NULL
                AND (
                  (
                    EXISTS (
                      SELECT :param AS anon_28
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_6.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id = due_items_6.vehicle_id
                    )
                  )
                  OR (
                    EXISTS (
                      SELECT :param AS anon_28
                      FROM appointments,
                      anon_14
                      WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_items_6.works)
                      AND (
                        appointments.booked_at IS NULL
                        OR appointments.booked_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      )
                      AND NOT (
                        appointments.status = 'cancelled'
                        AND (
                          appointments.cancelled_at IS NULL
                          OR appointments.cancelled_at <= timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                        )
                      )
                      AND appointments.starts_at > timezone(anon_14.time_zone, anon_14.today + '00:00:00')
                      AND appointments.vehicle_id IS NULL
                      AND appointments.customer_id = due_items_6.customer_id
                    )
                  )
                ),
                FALSE
              )
              AND NOT coalesce(vehicles_2.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) + '20 days, 0:00:00' AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_first_service_invite
      WHERE dated_first_service_invite.due_at IS NOT NULL
      AND dated_first_service_invite.due_at < dated_first_service_invite.valid_until
      AND dated_first_service_invite.due_at <= :param
      AND dated_first_service_invite.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_first_service_invite
    WHERE true
    UNION ALL
    SELECT 'first-service-call' AS step,
    judged_first_service_call.subject_id AS subject_id,
    judged_first_service_call.anchor_at AS anchor_at,
    judged_first_service_call.store_id AS store_id,
    judged_first_service_call.customer_id AS customer_id,
    CASE
    WHEN (judged_first_service_call.language = 'en') THEN :param
    WHEN (judged_first_service_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_first_service_call.due_at AS due_at,
    judged_first_service_call.valid_until AS valid_until,
    judged_first_service_call.due_at AS not_before,
    judged_first_service_call.valid_until <= :param AS passed,
    judged_first_service_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_first_service_call.reason IS NULL) THEN (
      coalesce(judged_first_service_call.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_first_service_call.basis))
    ) || jsonb_build_object(
      'item',
      judged_first_service_call.item,
      'ends_on',
      judged_first_service_call.day,
      'status',
      judged_first_service_call.status,
      'vehicle_sold',
      judged_first_service_call.sold
    ) END AS figures,
    judged_first_service_call.reason AS reason,
    judged_first_service_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_first_service_call.subject_id AS subject_id,
      dated_first_service_call.store_id AS store_id,
      dated_first_service_call.customer_id AS customer_id,
      dated_first_service_call.time_zone AS time_zone,
      dated_first_service_call.language AS language,
      dated_first_service_call.today AS today,
      dated_first_service_call.day AS day,
      dated_first_service_call.anchor_at AS anchor_at,
      dated_first_service_call."call-due" AS "call-due",
      dated_first_service_call.item AS item,
      dated_first_service_call.vehicle_id AS vehicle_id,
      dated_first_service_call.issued_on AS issued_on,
      dated_first_service_call.works AS works,
      dated_first_service_call.limit_kilometres AS limit_kilometres,
      dated_first_service_call.basis AS basis,
      dated_first_service_call.figures AS figures,
      dated_first_service_call.status AS status,
      dated_first_service_call.sold AS sold,
      dated_first_service_call.due_at AS due_at,
      dated_first_service_call.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_29
          FROM touches
          WHERE touches.process = 'service-due'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_first_service_call.subject_id
          AND touches.step = 'first-service-call'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_first_service_call.anchor_at
          AND touches.anchor_at BETWEEN dated_first_service_call.anchor_at - '180 days, 0:00:00'
          AND dated_first_service_call.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_first_service_call.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_first_service_call.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_first_service_call.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_first_service_call.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_first_service_call.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}') AND dated_first_service_call.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_first_service_call.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_first_service_call.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_30
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_first_service_call.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_first_service_call.works)
            AND repair_orders.closed_on > coalesce(
              dated_first_service_call.issued_on, dated_first_service_call.day - :day
            )
            AND repair_orders.closed_on <= dated_first_service_call.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND (
          dated_first_service_call.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_31
              FROM due_items AS due_items_8
              WHERE due_items_8.customer_id = dated_first_service_call.customer_id
              AND due_items_8.item = dated_first_service_call.item
              AND due_items_8.vehicle_id IS NOT DISTINCT
              FROM dated_first_service_call.vehicle_id
              AND due_items_8.id != dated_first_service_call.subject_id
              AND due_items_8.ends_on > dated_first_service_call.day
              AND (
                due_items_8.works IS NULL OR due_items_8.issued_on > dated_first_service_call.issued_on
              )
              AND coalesce(due_items_8.issued_on <= dated_first_service_call.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{first-item,not-renewed,not-booked,vehicle-kept}')
        AND dated_first_service_call.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_32
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_first_service_call.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_first_service_call.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_32
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_first_service_call.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_first_service_call.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(
          anon_14.time_zone, CAST(timezone(anon_14.time_zone, anon_14."call-due") AS DATE) + :param + '09:30:00'
        ) AS due_at,
        timezone(
          anon_14.time_zone, CAST(timezone(anon_14.time_zone, anon_14."call-due") AS DATE) + :param + '09:30:00'
        ) + '14 days, 0:00:00' AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14."call-due" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_first_service_call
      WHERE dated_first_service_call.due_at IS NOT NULL
      AND dated_first_service_call.due_at < dated_first_service_call.valid_until
      AND dated_first_service_call.due_at <= :param
      AND dated_first_service_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_first_service_call
    WHERE true
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
    SELECT 'service-due' AS process,
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
    SELECT 'service-due' AS process,
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
